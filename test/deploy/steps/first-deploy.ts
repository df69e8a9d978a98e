import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { expectCode, expectThat } from '../world/expect.ts';
import type { World } from '../world/world.ts';

/** An alarm of the stack that is deployed third: what stood before it must stay, and what stood beside it must go. */
const FAILING = 'trailwarden-sweep-errors';

/** The README's lines up to the deploy; the first one fails, for the quota of alarms is reached, and then it is raised. */
export async function failAndRetry(
  world: World,
  lines: readonly string[],
  inBetween: () => Promise<void>,
): Promise<void> {
  for (const line of lines) {
    if (!line.startsWith('npx cdk deploy')) {
      expectCode(await world.shell(line), 0, line);
      continue;
    }
    await world.emulator.failAlarm(FAILING);
    const failed = await world.shell(line);
    expectThat(failed.code !== 0, 'A deploy with an alarm that fails ended well.');
    expectThat(
      failed.output.includes('LimitExceededException'),
      'The deploy does not say what failed:',
      failed.output.slice(-3000),
    );
    const states = await statesOf(world, 'trailwarden');
    expectThat(states.get('trailwarden-data') === 'CREATE_COMPLETE', 'The data stack did not stay.', [...states]);
    expectThat(states.get('trailwarden-audit') === 'ROLLBACK_COMPLETE', 'The audit stack was not rolled back.', [
      ...states,
    ]);
    await inBetween();
    await world.emulator.failAlarm();
    const retry = await world.shell(line);
    expectCode(retry, 0, `${line} (again)`);
    for (const [stack, state] of await statesOf(world, 'trailwarden')) {
      expectThat(/^(CREATE|UPDATE)_COMPLETE$/.test(state), `After the retry ${stack} is ${state}.`);
    }
  }
}

/** The states of a deployment's stacks, by name. */
export async function statesOf({ clients }: World, deployment: string): Promise<ReadonlyMap<string, string>> {
  const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
  return new Map(
    Stacks.filter(({ StackName = '' }) => StackName.startsWith(`${deployment}-`)).map(
      ({ StackName = '', StackStatus = '' }) => [StackName, StackStatus],
    ),
  );
}
