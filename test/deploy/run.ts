import { missingPython } from './emulator/python-environment.ts';
import { readAnotherAccount } from './steps/another-account.ts';
import { deployAgain, deployASecond, destroyProtected, protectAndUpdate } from './steps/day-two.ts';
import { deliverAnHour, disturb, earlyObject, letTimePass, packAll } from './steps/deliver.ts';
import { askEverything } from './steps/every-command.ts';
import { doctor, expectStates, followToTheEnd, recordMarkedCalls } from './steps/examine.ts';
import { failAndRetry } from './steps/first-deploy.ts';
import { judgePolicies } from './steps/judge-policies.ts';
import { leave } from './steps/leave.ts';
import { makeTheLogArchiveAnew } from './steps/log-archive-anew.ts';
import { readForIngest } from './steps/read-for-ingest.ts';
import { readThePast } from './steps/read-the-past.ts';
import { linesBelow } from './steps/readme-lines.ts';
import { Deployed } from './world/deployed.ts';
import { startWorld, type World } from './world/world.ts';

const NOT_SHOWN = `
What this does not show, as the emulator has none of it (docs/deploy-checklist.md says where to look for each):
  CloudTrail that records, delivers and signs; conditions on service principals; what services ask of KMS; IAM's delays;
  time to live, encryption and point-in-time recovery; alarms over expressions; e-mail; names that are taken elsewhere;
  arm64, Lambda's own Node, and layers at /opt; quotas and throttling; taking over buckets that stayed;
  children of a Map that end after five minutes, and the quotas of Map Runs. Policies of resources are enforced for a bucket
  of another account alone. The test's own calls, and those of CloudFormation, are held against nothing.
`;

const why = await missingPython();
if (why === undefined) process.exitCode = await run();
else console.log(`Skipped: ${why}. Nothing was deployed, and nothing is shown by that.`);

async function run(): Promise<number> {
  const begin = Date.now();
  const world = await startWorld();
  // An emulator that outlives the test would hold its memory for ever.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => world.stop().finally(() => process.exit(1)));
  }
  try {
    await story(world);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.stack : error);
    console.error('Refused:', JSON.stringify(world.held.refusals, null, 1));
    console.error('Failures of the proxy:', ...world.failures);
    console.error(`The emulator's log ends with:\n${(await world.emulator.log()).slice(-6000)}`);
    return 1;
  } finally {
    await world.stop();
    console.log(`${Math.round((Date.now() - begin) / 1000)} s, ${world.held.distinct} distinct calls`);
  }
}

async function story(world: World): Promise<void> {
  const first = new Deployed(world, 'trailwarden');
  const early = earlyObject(first);
  const lines = await linesBelow('README.md', 'Deploy');
  const protect = lines.findIndex((line) => line.includes('protect'));
  await step("README's deploy, which fails once and is repeated", () =>
    failAndRetry(world, lines.slice(0, protect), () => first.put(early.log)),
  );
  recordMarkedCalls(first);
  const delivered = await step('an hour of CloudTrail goes the whole way', () => deliverAnHour(first, early));
  await step('what is no log object is given up', () => disturb(first));
  await step('pages are packed', () => packAll(first));
  await step('doctor says what is missing', async () => {
    expectStates(await doctor(first, 1), {
      stacks: 'ok',
      protection: 'wrong',
      subscriptions: 'wrong',
      'test event': 'ok',
    });
  });
  await step('every command answers', () => askEverything(first, delivered));
  await step('windows end, and a digest is overdue', () => letTimePass(first));
  await step('a deploy of the same changes nothing', () => deployAgain(world));
  await step('protect, and an update', () => protectAndUpdate(world, lines[protect] ?? ''));
  await step("the rest of README's lines, and doctor is content", () =>
    followToTheEnd(first, lines.slice(protect + 1)),
  );
  await step('a protected stack is not destroyed', () => destroyProtected(world));
  await step('a backfill is stopped, resumed and run again', () => readThePast(first));
  await step('a backfill reads what ingest was not told of', () => readForIngest(first));
  const second = await step('a second deployment in the region', () => deployASecond(world, first));
  await step('a bucket of another account', () => readAnotherAccount(world));
  const granted = await Promise.all(['trailwarden', 'second', 'third'].map((name) => world.principals(name)));
  await step('the log archive is made anew', () => makeTheLogArchiveAnew(second));
  await step('docs/uninstall.md', () => leave(world));
  await step('each call fits its policy', async () => judgePolicies(world, granted.flat()));
  console.log(NOT_SHOWN);
}

async function step<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
  const begin = Date.now();
  const result = await act();
  console.log(`${String(Math.round((Date.now() - begin) / 1000)).padStart(4)} s  ${name}`);
  return result;
}
