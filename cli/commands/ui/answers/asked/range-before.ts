/** The range of the same length that ends where another one begins. */
export function rangeBefore(since: Date, until: Date): { readonly since: Date; readonly until: Date } {
  return { since: new Date(2 * since.getTime() - until.getTime()), until: since };
}
