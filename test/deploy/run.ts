import { missingPython } from './emulator/python-environment.ts';
import { failAndRetry } from './steps/first-deploy.ts';
import { linesBelow } from './steps/readme-lines.ts';
import { startWorld, type World } from './world/world.ts';

const why = await missingPython();
if (why === undefined) process.exitCode = await run();
else console.log(`Skipped: ${why}. Nothing was deployed, and nothing is shown by that.`);

async function run(): Promise<number> {
  const begin = Date.now();
  const world = await startWorld();
  try {
    const deployLines = (await linesBelow(world, 'README.md', 'Deploy')).filter((line) => /^npx cdk/.test(line));
    await step('the first deploy fails, and is repeated', () => failAndRetry(world, deployLines));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`The emulator's log ends with:\n${(await world.emulator.log()).slice(-4000)}`);
    return 1;
  } finally {
    await world.stop();
    console.log(`${Math.round((Date.now() - begin) / 1000)} s`);
  }
}

async function step(name: string, act: (() => Promise<void>) | ((world: World) => Promise<void>)): Promise<void> {
  const begin = Date.now();
  await (act as () => Promise<void>)();
  console.log(`${String(Math.round((Date.now() - begin) / 1000)).padStart(4)} s  ${name}`);
}
