import { Readable } from 'node:stream';

/** Bodies of objects that functions were given, and have to close: one that stays open keeps a connection for ever. */
export class OpenBodies {
  #open = 0;
  #opened = 0;
  #left = 0;

  /** Bodies that were given to functions. */
  get opened(): number {
    return this.#opened;
  }

  /** Bodies that functions left open, those that were killed not counted. */
  get left(): number {
    return this.#left;
  }

  /** Takes note of an answer of S3: nothing where it has no body. */
  note(output: object): void {
    const body = bodyOf(output);
    if (body === undefined) return;
    this.#opened++;
    this.#open++;
    body.once('close', () => {
      this.#open--;
    });
  }

  /** Counts what is open once a function has ended. Streams tell of their end a little later. */
  async ended(): Promise<void> {
    for (let turn = 0; turn < TURNS && this.#open > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    this.forget();
  }

  /** What a killed function has left open dies with it. */
  killed(): void {
    this.#open = 0;
  }

  private forget(): void {
    this.#left += this.#open;
    this.#open = 0;
  }
}

/** Milliseconds that a stream has to tell of its end. */
const TURNS = 200;

/** An answer that is lost on the way takes its body with it. */
export function dropBody(output: object): void {
  bodyOf(output)?.destroy();
}

function bodyOf(output: object): Readable | undefined {
  return 'Body' in output && output.Body instanceof Readable ? output.Body : undefined;
}
