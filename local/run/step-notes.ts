/** What a step may take without a word, and how often it says that it goes on. */
const FIRST_MILLISECONDS = 2_000;
const AGAIN_MILLISECONDS = 15_000;

/** Says what a run is doing where nothing can be counted. */
export interface StepNotes {
  /** A step begins, and ends the one before. It is said once it takes long, and again while it goes on. */
  begin(what: string): void;
  /** The last step is over. */
  end(): void;
}

/** @param write gets whole lines. */
export function createStepNotes(write: (line: string) => void): StepNotes {
  let first: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(first);
    clearInterval(again);
  };
  return {
    begin: (what) => {
      end();
      const began = Date.now();
      first = setTimeout(() => write(`  ${what} …\n`), FIRST_MILLISECONDS);
      again = setInterval(() => {
        write(`  ${what} … ${Math.round((Date.now() - began) / 1000)} s\n`);
      }, AGAIN_MILLISECONDS);
      // Neither keeps the process alive.
      first.unref();
      again.unref();
    },
    end,
  };
}
