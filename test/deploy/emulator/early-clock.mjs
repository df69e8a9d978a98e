// Loaded before a function: its clock is a day ahead, so that what was written a moment ago has waited for long.
const AHEAD = 25 * 3_600_000;
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
