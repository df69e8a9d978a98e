// Loaded before a function: its clock is eleven minutes ahead, so that pages of this minute are old enough to be packed.
const AHEAD = 11 * 60_000;
const RealDate = Date;
const now = () => RealDate.now() + AHEAD;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }

  static now() {
    return now();
  }
};
