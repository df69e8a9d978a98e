/** An item of the segments table isn't what its key says: cut, changed, or written by something else. */
export class SegmentDamaged extends Error {
  override readonly name = 'SegmentDamaged';
}

/** An item of the segments table was written by a later version of this program, which this one can't read. */
export class SegmentNewer extends Error {
  override readonly name = 'SegmentNewer';
}
