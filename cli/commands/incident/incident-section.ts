/** One value of a line. */
export interface SectionColumn {
  readonly title: string;
  /** What other commands take is never cut. */
  readonly isKey?: true;
  /** A sentence: it is told below its line where it would be cut. */
  readonly isLong?: true;
}

/** A part of an incident as lines of texts, whatever they are printed as. */
export interface IncidentSection {
  readonly title: string;
  readonly columns: readonly SectionColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Lines that are left out; a lower bound where `moreAtLeast`. */
  readonly more: number;
  readonly moreAtLeast: boolean;
  /** What is said where there is nothing. */
  readonly nothing: string;
  /** A few words about all of it. */
  readonly remark?: string;
}
