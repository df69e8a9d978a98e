/** What came of one digest or log object. */
export interface AuditItem {
  readonly kind: 'digest' | 'log';
  readonly status: /** A digest that CloudTrail signed. */
    | 'valid'
    /** A log object with the content that a valid digest names. */
    | 'verified'
    /** Nothing is wrong with it, but nothing vouches for it. */
    | 'unvouched'
    /** A digest that CloudTrail didn't sign so. */
    | 'altered'
    /** A log object with other content than its digest names. */
    | 'modified'
    /** A digest or log object that another digest names, and that isn't there. */
    | 'missing'
    /** Hours that no digest covers. */
    | 'gap'
    /** A log object that no digest names, in an hour that digests cover. */
    | 'added';
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly reason?: string;
  /** The digest that vouches for it, or that names it. */
  readonly digest?: string;
}

const PROBLEMS: ReadonlySet<AuditItem['status']> = new Set(['altered', 'modified', 'missing', 'gap', 'added']);

/** Whether an item shows that something is wrong with the log. One that is only unvouched doesn't. */
export function isProblem({ status }: AuditItem): boolean {
  return PROBLEMS.has(status);
}
