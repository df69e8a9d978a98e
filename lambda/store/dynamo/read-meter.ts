/** What a question has read so far. */
export interface Reads {
  /** Read request units, as DynamoDB counts them: half a unit for each 4 KB that an index gives, begun ones counted. */
  readonly units: number;
  /** Rows that DynamoDB looked at, those that a filter left out included. */
  readonly rows: number;
  /** Calls that were answered. */
  readonly requests: number;
}

/** A question would read more than it may. Nothing more is read for it. */
export class ReadLimitReached extends Error {
  override readonly name = 'ReadLimitReached';
  readonly maxUnits: number;
  readonly reads: Reads;
  /** What the whole question takes, in read units, as far as samples tell; not there where none could be taken. */
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
  /** Of the smallest call that gets on: one row as large as rows can be. */
  readonly least: number;
  /** Of the call as it is wanted. */
  readonly most: number;
}

/** Leave for one call, until it is settled. */
export interface Grant {
  /** The call must be so small that it can't take more: between the need's least and most. */
  readonly units: number;
  /** Once, after the call: what it took, which the grant bounds. A call that failed took nothing that anyone tells. */
  settle(units: number, rows: number): void;
}

/** Grants reads. */
export interface Meter {
  /** @throws ReadLimitReached where not even the least is left. */
  reserve(need: Need): Promise<Grant>;
}

/**
 * Counts what a question reads, and keeps it within its limit: what calls under way may take is set aside before
 * they begin. So the units of all answered calls never exceed the limit, however many run at once. Calls that the SDK
 * repeats after a fault are the one exception: DynamoDB bills them, and nobody is told.
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

  /** @param parent whose limit holds as well, and which counts the same calls. */
  constructor(maxUnits = Number.POSITIVE_INFINITY, parent?: Meter) {
    this.maxUnits = maxUnits;
    this.#parent = parent;
  }

  get reads(): Reads {
    return { units: this.#units, rows: this.#rows, requests: this.#requests };
  }

  /** Units that were neither read nor, by calls under way, will be if each takes all that it may. */
  get leftUnits(): number {
    return this.maxUnits - this.#units - this.#reserved;
  }

  /** Waits while calls under way may leave room for it. */
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
