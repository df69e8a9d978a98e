/**
 * What a check found. `waiting`: nothing is wrong, and nothing can be said yet. `unknown`: it couldn't be looked at,
 * mostly because a right is missing.
 */
export type CheckState = 'ok' | 'waiting' | 'unknown' | 'wrong';

/** A line of the answer. */
export interface Checked {
  /** What was looked at, in one or two words. */
  readonly check: string;
  readonly state: CheckState;
  /** What is so: one sentence, without a full stop at its end. */
  readonly says: string;
  /** What to do where it isn't `ok`: one or more sentences. */
  readonly todo?: string;
}

/** Something that can be looked at. Its name stands for it where it can't be. */
export interface Check {
  readonly name: string;
  /** @throws the SDK's errors: they are a line of the answer too. */
  run(): Promise<readonly Checked[]>;
}

/** Looks at all, each at once, in the order of the list. One that throws stops no other. */
export async function runChecks(checks: readonly Check[]): Promise<readonly Checked[]> {
  const answers = await Promise.all(checks.map(settle));
  return answers.flat();
}

async function settle({ name, run }: Check): Promise<readonly Checked[]> {
  try {
    return await run();
  } catch (error) {
    return [unknown(name, error)];
  }
}

function unknown(check: string, error: unknown): Checked {
  const message = error instanceof Error ? error.message : String(error);
  const isDenied = error instanceof Error && DENIED.test(error.name);
  return {
    check,
    state: 'unknown',
    says: `It could not be looked at: ${message}`,
    todo: isDenied
      ? 'Use a role that has DEPLOYMENT-auditor-REGION and DEPLOYMENT-operator-REGION, or look at it by hand.'
      : 'Run doctor again; if it stays so, docs/runbook.md has the ways to look at it by hand.',
  };
}

const DENIED = /AccessDenied|AuthorizationError|UnauthorizedOperation/;
