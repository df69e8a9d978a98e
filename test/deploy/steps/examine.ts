import * as z from 'zod';
import { record } from '../../support/records.ts';
import type { Deployed } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { ACCOUNT, REGION, TOGETHER } from '../world/world.ts';

const answerSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ check: z.string(), state: z.string(), says: z.string(), todo: z.string().optional() })),
});

type Line = z.infer<typeof answerSchema>['checks'][number];

/** CloudTrail's part: a marked call that somebody makes is delivered in a log object. */
export function recordMarkedCalls(deployed: Deployed): void {
  const { world, trail } = deployed;
  world.onCall(({ call: { service, headers } }) => {
    const userAgent = headers['user-agent'] ?? '';
    if (service !== 'sts' || !userAgent.startsWith('trailwarden-doctor/')) return;
    const now = new Date();
    const recorded = record({
      eventTime: `${now.toISOString().slice(0, 19)}Z`,
      eventSource: 'sts.amazonaws.com',
      eventName: 'GetCallerIdentity',
      awsRegion: REGION,
      recipientAccountId: ACCOUNT,
      userAgent,
    });
    // A promise that fails is seen by doctor: its call never arrives.
    deployed.put(trail.log(REGION, now, [recorded])).catch(() => undefined);
  });
}

/** Runs doctor with an operator's rights. */
export async function doctor({ world, name }: Deployed, wanted: number): Promise<ReadonlyMap<string, Line>> {
  const operator = ['auditor', 'operator'].map((policy) => `${name}-${policy}-${REGION}`).join(TOGETHER);
  const line = `npm run -s trailwarden -- doctor --deployment ${name} --wait 2 --format json`;
  const result = await world.shell(line, operator);
  expectCode(result, wanted, line);
  const { checks } = answerSchema.parse(JSON.parse(result.stdout));
  return new Map(checks.map((check) => [check.check, check]));
}

/** The lines of the README after the protection: at the end doctor must be content. */
export async function followToTheEnd({ world, name }: Deployed, lines: readonly string[]): Promise<void> {
  const operator = ['auditor', 'operator'].map((policy) => `${name}-${policy}-${REGION}`).join(TOGETHER);
  for (const line of lines) {
    const isDoctor = line.endsWith('doctor');
    const result = await world.shell(line, isDoctor ? operator : undefined);
    expectCode(result, 0, line);
    if (isDoctor)
      expectThat(/^ok +test event/m.test(result.stdout), `${line} does not end as it should:`, result.output);
  }
}

/** What doctor says of each check, where it isn't as it should be. */
export function expectStates(lines: ReadonlyMap<string, Line>, wanted: Readonly<Record<string, string>>): void {
  const found = Object.fromEntries([...lines].map(([check, { state }]) => [check, state]));
  const differing = Object.entries(wanted).filter(([check, state]) => found[check] !== state);
  expectThat(differing.length === 0, `doctor should say ${JSON.stringify(Object.fromEntries(differing))}`, [
    ...lines.values(),
  ]);
}
