/** Why the page has no answer. Each kind has its own state in the page, with what can be done about it. */
export interface PageError {
  /**
   * `expired`: the session is over; `read-limit`: the answer takes more read units than are left; `bad-question`: what
   * was asked makes no sense; `refused`: a rule of the server's stands against it; `failed`: anything else.
   */
  readonly kind: 'expired' | 'read-limit' | 'bad-question' | 'refused' | 'failed';
  /** What was wrong, where, and what to do: as the command line says it. */
  readonly message: string;
  /** Of `read-limit`: what the whole answer takes, where that is known. */
  readonly estimatedUnits?: number;
}
