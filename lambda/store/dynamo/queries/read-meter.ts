/** What a question has read so far. */
export interface Reads {
  /** Read request units as DynamoDB counts them: half a unit for each 4 KB that an index returns, rounded up. */
  readonly units: number;
  /** Rows that DynamoDB read, including those that a filter left out. */
  readonly rows: number;
  /** Calls that were answered. */
  readonly requests: number;
}

/** A question would read more than it may. Nothing more is read for it. */
export class ReadLimitReached extends Error {
  override readonly name = 'ReadLimitReached';
  readonly maxUnits: number;
  readonly reads: Reads;
  /** What the whole question costs in read units, estimated from samples; absent if no sample could be taken. */
  readonly estimatedUnits?: number;

  constructor(maxUnits: number, reads: Reads, estimatedUnits?: number) {
    const whole = estimatedUnits === undefined ? '' : `; the whole answer takes about ${Math.ceil(estimatedUnits)}`;
    super(`${reads.units} read units were read, and ${maxUnits} are allowed${whole}`);
    this.maxUnits = maxUnits;
    this.reads = reads;
    this.estimatedUnits = estimatedUnits;
  }
}

/** Read units that a call may take. */
export interface Need {
  /** For the smallest call that makes progress: one row of the largest size. */
  readonly least: number;
  /** For the call as it is wanted. */
  readonly most: number;
}

/** Permission for one call, until it is settled. */
export interface Grant {
  /** The units that the call can cost at most: between the need's least and most. */
  readonly units: number;
  /**
   * Call it once, after the call, with its cost, which the grant bounds. What a failed call cost isn't known, and
   * counts as nothing.
   */
  settle(units: number, rows: number): void;
}

/** Grants reads. */
export interface Meter {
  /** @throws ReadLimitReached if not even the least is left. */
  reserve(need: Need): Promise<Grant>;
}

/**
 * Counts what a question reads, and keeps it within its limit: the most that a call may cost is reserved before it
 * begins. So the units of all answered calls never exceed the limit, however many run at the same time. Calls that the
 * SDK repeats after a fault are the one exception: DynamoDB bills them, but doesn't report them.
 */
export class ReadMeter implements Meter {
  /** Infinity where nothing bounds it. */
  readonly maxUnits: number;
  readonly #parent: Meter | undefined;
  #reserved = 0;
  #units = 0;
  #rows = 0;
  #requests = 0;
  #waiting: (() => void)[] = [];

  /** @param parent its limit also applies, and it counts the same calls. */
  constructor(maxUnits = Number.POSITIVE_INFINITY, parent?: Meter) {
    this.maxUnits = maxUnits;
    this.#parent = parent;
  }

  get reads(): Reads {
    return { units: this.#units, rows: this.#rows, requests: this.#requests };
  }

  /** Units that are free: not used, and not reserved for calls in progress. */
  get leftUnits(): number {
    return this.maxUnits - this.#units - this.#reserved;
  }

  /** Waits as long as calls in progress may still free enough units. */
  async reserve(need: Need): Promise<Grant> {
    while (this.leftUnits < need.least) {
      if (this.#reserved === 0) throw new ReadLimitReached(this.maxUnits, this.reads);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const room = Math.min(this.leftUnits, need.most);
    this.#reserved += room;
    try {
      const above = await this.#parent?.reserve({ least: need.least, most: room });
      const units = above?.units ?? room;
      this.#release(room - units);
      return {
        units,
        settle: (taken, rows) => {
          this.#units += taken;
          this.#rows += rows;
          this.#requests++;
          above?.settle(taken, rows);
          this.#release(units);
        },
      };
    } catch (error) {
      this.#release(room);
      throw error;
    }
  }

  #release(units: number): void {
    this.#reserved -= units;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
