/** The page's views; each has a path of its own, so that every state has an address. */
export const VIEWS = ['overview', 'explore', 'story', 'findings', 'report'] as const;
export type View = (typeof VIEWS)[number];

/** Whether a path of the server is a view: `/` is the overview. */
export function isViewPath(path: string): boolean {
  return viewOf(path) !== undefined;
}

export function viewOf(path: string): View | undefined {
  return path === '/' ? 'overview' : VIEWS.find((view) => path === `/${view}`);
}
