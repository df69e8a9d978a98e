/** Told once of each part of a directory that can't be read: the file, and why. */
export type OnDirectoryFault = (file: string, error: unknown) => void;

/** What can't be done is told, and left out: nothing else stops for it. */
export function attempt<Result>(file: string, onFault: OnDirectoryFault, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    onFault(file, error);
    return undefined;
  }
}
