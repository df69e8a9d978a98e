import { FaultOfContent } from '../../../shared/faults.ts';

/** An item of the segments table isn't what its key says: cut, changed, or written by something else. */
export class SegmentDamaged extends FaultOfContent {
  override readonly name = 'SegmentDamaged';
}

/** An item of the segments table was written by a later version of this program, which this one can't read. */
export class SegmentNewer extends FaultOfContent {
  override readonly name = 'SegmentNewer';
}
