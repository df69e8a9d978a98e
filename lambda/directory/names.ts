import * as z from 'zod';

const text = z.string().min(1).max(256);

/** Account ids and names are few and short; a line of each is 100 bytes. */
const accountSchema = z.object({ name: text, ou: z.string().min(1).max(1024).optional() });

/** Names by the ids that records have. */
export const namesSchema = z.object({
  accounts: z.record(z.string(), accountSchema),
  /** Users of IAM Identity Center, by their id in its identity store. */
  users: z.record(z.string(), text),
});

export type Names = z.infer<typeof namesSchema>;

export const NO_NAMES: Names = { accounts: {}, users: {} };

/** What an account is called; undefined where nobody says it. */
export function accountName({ accounts }: Names, id: string): string | undefined {
  return Object.hasOwn(accounts, id) ? accounts[id]?.name : undefined;
}

/** Names of several origins as one: of each id what the first of them calls it. */
export function joinedNames(...origins: readonly Names[]): Names {
  const latest = origins.toReversed();
  return {
    accounts: Object.assign({}, ...latest.map(({ accounts }) => accounts)),
    users: Object.assign({}, ...latest.map(({ users }) => users)),
  };
}
