import { type Piece, piecesOf } from '../../../lambda/cloudtrail/log/read-in-pieces.ts';
import { openInput } from '../../inputs/open-input.ts';
import type { FileResult } from './file-result.ts';

/** Pieces that were read and aren't judged yet, at most: they must not fill the memory. */
const MAX_AHEAD = 16;

/** Who judges a piece; undefined if its records can't be read in this way. */
export type PieceJudge = (piece: Piece) => FileResult | undefined | Promise<FileResult | undefined>;

/** As far as a log object was judged in pieces. */
export interface JudgedPieces {
  readonly results: readonly FileResult[];
  /** Whether that was all of them. */
  readonly isWhole: boolean;
}

/**
 * Judges a log object of any length in pieces, several at the same time where `judge` can. It ends where a piece can't be
 * read, and where the object isn't as CloudTrail writes it: a stream tells what follows.
 */
export async function judgeInPieces(path: string, judge: PieceJudge): Promise<JudgedPieces> {
  const results: FileResult[] = [];
  const begun: (FileResult | undefined | Promise<FileResult | undefined>)[] = [];
  /** Takes the oldest; false if it can't be read. */
  const takeOne = async (): Promise<boolean> => {
    const result = await begun.shift();
    if (result === undefined) return false;
    results.push(result);
    return true;
  };
  let isWhole = false;
  try {
    const pieces = piecesOf(openInput(path));
    try {
      for (let next = await pieces.next(); ; next = await pieces.next()) {
        if (next.done) {
          isWhole = next.value;
          break;
        }
        const result = judge(next.value);
        // A failure is thrown where the result is awaited.
        if (result instanceof Promise) result.catch(() => {});
        begun.push(result);
        if (begun.length > MAX_AHEAD && !(await takeOne())) return { results, isWhole: false };
      }
    } finally {
      await pieces.return(false);
    }
  } catch {
    // The stream meets the same fault, after all that could be read.
  }
  while (begun.length > 0) if (!(await takeOne())) return { results, isWhole: false };
  return { results, isWhole };
}
