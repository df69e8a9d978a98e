/** What an intruder wants of a service, by the tag that rules about it have. */
export const KINDS = {
  'harm.expose': 'exposes',
  'harm.destroy': 'destroys',
  'harm.disarm': 'disables a defence',
  'harm.persist': 'lets somebody stay',
  'harm.take': 'takes data out',
  'harm.spend': 'spends money',
} as const;

export type Kind = keyof typeof KINDS;

/** A row of the grid: a service that incidents and benchmarks speak of. */
export interface GridService {
  readonly name: string;
  /** Its eventSource, before `.amazonaws.com`. */
  readonly sources: readonly string[];
  /** Why there is no rule of a kind, where there is none. */
  readonly reasons?: Readonly<Partial<Record<Kind, string>>>;
}
