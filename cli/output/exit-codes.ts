/** What the process ends with. `trailwarden --help` lists them. */
export const EXIT = {
  ok: 0,
  /** The question couldn't be answered, or what was asked for isn't there. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** `--max-reads` was reached: what was printed isn't everything. */
  readLimit: 3,
  /** A log object isn't what it was when it was indexed, or its digest doesn't vouch for it. */
  notGenuine: 4,
} as const;

/** Ends a command with a message and an exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failure, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
