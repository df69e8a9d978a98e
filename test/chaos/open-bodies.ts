import { Readable } from 'node:stream';

/** Milliseconds that a stream has to tell of its end. */
const PATIENCE = 200;

/**
 * Bodies of objects that one function was given and has to close: one that stays open never releases its connection.
 */
export class OpenBodies {
  #opened = 0;
  #closed = 0;

  /** Bodies that the function was given. */
  get opened(): number {
    return this.#opened;
  }

  /** Takes note of what a call of AWS answered. */
  note(output: unknown): void {
    const body = bodyOf(output);
    if (body === undefined) return;
    this.#opened++;
    body.once('close', () => {
      this.#closed++;
    });
  }

  /** How many are open once the function has ended. */
  async left(): Promise<number> {
    for (let turn = 0; turn < PATIENCE && this.#closed < this.#opened; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return this.#opened - this.#closed;
  }
}

/** An answer that is lost on its way takes its body with it. */
export function dropBody(output: unknown): void {
  bodyOf(output)?.destroy();
}

function bodyOf(output: unknown): Readable | undefined {
  const isAnswer = typeof output === 'object' && output !== null && 'Body' in output;
  return isAnswer && output.Body instanceof Readable ? output.Body : undefined;
}
