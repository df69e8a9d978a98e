/**
 * Fields of which each is made when it is asked for. An object with getters would be the same, but V8 makes each such
 * object anew from a dozen functions, and keeps its hidden class for long.
 */
export abstract class LazyFields {
  /** Undefined for a field that isn't there. */
  abstract field(name: string): unknown;
}
