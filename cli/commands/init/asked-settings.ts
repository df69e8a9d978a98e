/** What `init` asks for, as it was typed. */
export interface Answers {
  readonly deployment: string;
  /** Empty for that of the credentials. */
  readonly region: string;
  /** Empty for that of the credentials. */
  readonly account: string;
  /** Who is told of critical and high alerts and of alarms; empty for nobody. */
  readonly emails: readonly string[];
  readonly minimumLevel: string;
  readonly retentionDays: string;
  /** For the estimate of the costs alone: it is no setting. */
  readonly eventsPerDay: string;
}
