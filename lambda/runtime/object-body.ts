import { FaultOfAccess } from '../shared/faults.ts';
import { describeError } from './describe-error.ts';

/** The connection ended before all bytes came: another try may get them. */
export class ObjectCutInTransit extends FaultOfAccess {
  override readonly name = 'ObjectCutInTransit';
}

/** The body of an answer of S3. Its owner must close it in every case. */
export interface OwnedBody {
  /** @throws ObjectCutInTransit, a FaultOfAccess, where the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Releases the connection without reading further. */
  readonly close: () => void;
}

/** @throws ObjectCutInTransit, a FaultOfAccess, where an answer has no body. */
export function ownBody(body: unknown): OwnedBody {
  if (body === undefined) throw new ObjectCutInTransit('the object came without a body');
  // In Node the SDK's body is a Readable; its declared type also covers browsers.
  const stream = body as AsyncIterable<Uint8Array> & { destroy(): void };
  return { chunks: chunksOf(stream), close: () => stream.destroy() };
}

async function* chunksOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await next(chunks);
      if (done) return;
      yield value;
    }
  } finally {
    await chunks.return?.();
  }
}

/** Any error of a broken connection, including plain errors without a name. */
async function next(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await chunks.next();
  } catch (error) {
    throw new ObjectCutInTransit(describeError(error), { cause: error });
  }
}
