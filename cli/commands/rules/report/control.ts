/** A control of a framework that events can speak about. */
export interface Control {
  /** As the framework numbers it. */
  readonly id: string;
  /** What it asks for, in our own words: the text of the framework belongs to its publisher. */
  readonly asks: string;
  /** Files of the default pack whose rules support it, below rules/ and without their ending. */
  readonly rules: readonly string[];
  /** What else of Trailwarden supports it. */
  readonly beside?: string;
}
