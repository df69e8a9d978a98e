import { relative } from 'node:path';

const SHOWN = 10;
/** Fewer suites than this show their times by themselves. */
const ENOUGH = 20;

/** What jest tells its reporters at the end, as far as it is read here. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly perfStats: { readonly runtime: number };
  }[];
}

/** A reporter that ends a long run with the suites that took most of its time. */
export default class SlowestSuites {
  onRunComplete(_contexts: unknown, { testResults }: Results): void {
    if (testResults.length < ENOUGH) return;
    const slowest = testResults
      .map(({ perfStats, testFilePath }) => ({ seconds: perfStats.runtime / 1000, testFilePath }))
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, SHOWN);
    process.stderr.write('\nSlowest suites, in seconds:\n');
    for (const { seconds, testFilePath } of slowest)
      process.stderr.write(`${seconds.toFixed(1).padStart(7)}  ${relative(process.cwd(), testFilePath)}\n`);
  }
}
