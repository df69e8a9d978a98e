/** What a question has read so far. */
export interface Reads {
  /** Read request units, as DynamoDB counts them: half a unit for each 4 KB that an index gives, begun ones counted. */
  readonly units: number;
  /** Rows that DynamoDB looked at, those that a filter left out included. */
  readonly rows: number;
  /** Calls of Query. */
  readonly requests: number;
}

/** A question would read more than it may. Nothing more is read. */
export class ReadLimitReached extends Error {
  override readonly name = 'ReadLimitReached';
  readonly maxUnits: number;
  readonly reads: Reads;
  /** What the whole question takes, in read units, as far as samples tell. */
  readonly estimatedUnits?: number;

  constructor(maxUnits: number, reads: Reads, estimatedUnits?: number) {
    const whole = estimatedUnits === undefined ? '' : `; the whole answer takes about ${Math.ceil(estimatedUnits)}`;
    super(`${reads.units} read units were read, and ${maxUnits} are allowed${whole}`);
    this.maxUnits = maxUnits;
    this.reads = reads;
    this.estimatedUnits = estimatedUnits;
  }
}

/** Counts what a question reads, and ends it at its limit. */
export class ReadMeter {
  readonly #maxUnits: number;
  /** Set once it is known: the message of the limit then says it. */
  estimatedUnits: number | undefined;
  #units = 0;
  #rows = 0;
  #requests = 0;

  constructor(maxUnits = Number.POSITIVE_INFINITY) {
    this.#maxUnits = maxUnits;
  }

  get reads(): Reads {
    return { units: this.#units, rows: this.#rows, requests: this.#requests };
  }

  /**
   * Before a call, or a series of them.
   * @param units what is going to be read at least
   * @throws ReadLimitReached where that would be more than is allowed
   */
  require(units = 0.5): void {
    if (this.#units + units > this.#maxUnits) {
      throw new ReadLimitReached(this.#maxUnits, this.reads, this.estimatedUnits);
    }
  }

  add(units: number, rows: number): void {
    this.#units += units;
    this.#rows += rows;
    this.#requests++;
  }
}
