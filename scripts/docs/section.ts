/** The comments between which a page keeps a section that is made by a script. */
const marks = (name: string): readonly [string, string] => [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];

/**
 * A page with its section of this name written anew.
 * @throws Error if the page doesn't have both marks, in this order
 */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = marks(name);
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0)
    throw new Error(`The page lacks the lines "${begin}" and "${end}", between which it belongs.`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}
