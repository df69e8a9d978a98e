import { missingPython } from './emulator/python-environment.ts';
import { deliverAnHour, earlyObject, packAll } from './steps/deliver.ts';
import { askEverything } from './steps/every-command.ts';
import { doctor, recordMarkedCalls } from './steps/examine.ts';
import { failAndRetry } from './steps/first-deploy.ts';
import { linesBelow } from './steps/readme-lines.ts';
import { Deployed } from './world/deployed.ts';
import { startWorld, type World } from './world/world.ts';

const why = await missingPython();
if (why === undefined) process.exitCode = await run();
else console.log(`Skipped: ${why}. Nothing was deployed, and nothing is shown by that.`);

async function run(): Promise<number> {
  const begin = Date.now();
  const world = await startWorld();
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
  const deployed = new Deployed(world, 'trailwarden');
  const early = earlyObject(deployed);
  const deployLines = (await linesBelow(world, 'README.md', 'Deploy')).filter((line) => /^npx cdk/.test(line));
  await step('the first deploy fails, and is repeated', () =>
    failAndRetry(world, deployLines, () => deployed.put(early.log)),
  );
  const delivered = await step('an hour of CloudTrail goes the whole way', () => deliverAnHour(deployed, early));
  await step('pages are packed', () => packAll(deployed));
  await step('doctor, before the protection', async () => {
    recordMarkedCalls(deployed);
    const lines = await doctor(deployed, 1);
    console.log(JSON.stringify([...lines.values()], null, 1));
  });
  await step('every command answers', () => askEverything(deployed, delivered));
  console.log(
    JSON.stringify(world.held.unused(await world.principals('trailwarden')), null, 0).replaceAll('},', '},\n'),
  );
}

async function step<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
  const begin = Date.now();
  const result = await act();
  console.log(`${String(Math.round((Date.now() - begin) / 1000)).padStart(4)} s  ${name}`);
  return result;
}
