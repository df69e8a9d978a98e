import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createClients } from '../../local/deployment/local-clients.ts';
import { provision } from '../../local/deployment/provision-resources.ts';
import { startEmbeddedAws } from '../../local/emulators/embedded-aws.ts';
import { type CampaignReport, merged, reportText } from './campaign.ts';
import { partsOf } from './parts.ts';
import { parseShareName, type Share, shareOf, shareOfSample } from './share.ts';
import { World } from './world.ts';

/**
 * `npm run chaos -- --rounds N --seed S`: breaks calls of AWS until something is lost or doubled. `--first-calls` breaks each
 * call site at its first call alone. `--sample I/N` does every N-th run only, from the run I on: N such samples do each run
 * once. The runs are shared out to a process for each core (`--processes`), each with emulators of its own, because fauxqs
 * runs in the process that it serves. `--share I/N` tells such a process its part.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'skip-sites': { type: 'boolean', default: false },
    'first-calls': { type: 'boolean', default: false },
    processes: { type: 'string', default: String(availableParallelism()) },
    sample: { type: 'string', default: '0/1' },
    share: { type: 'string' },
  },
});
const options = {
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  skipSites: values['skip-sites'],
  firstCalls: values['first-calls'],
};
const parts = partsOf(options);
const sample = parseShareName(values.sample);
const processes = Number(values.processes);
if (!Number.isInteger(processes) || processes < 1) throw new Error(`--processes ${values.processes}: how many?`);

if (values.share !== undefined) {
  // Without its parent nobody reads what this process finds.
  const orphaned = (): never => process.exit(1);
  process.once('disconnect', orphaned);
  const reports = await reportsOf(shareOf(parseShareName(values.share)), `[${values.share}] `);
  // Called back once they are out; the channel would keep this process alive.
  await new Promise((resolve) => process.send?.(reports, resolve));
  process.off('disconnect', orphaned);
  process.disconnect?.();
} else {
  console.log(`seed ${values.seed}, processes ${processes}, sample ${values.sample}`);
  const shares = processes === 1 ? [await reportsOf(shareOf(sample), '')] : await inProcesses(processes);
  for (const [index, { title }] of parts.entries()) {
    const report = merged(shares.flatMap((reports) => reports[index] ?? []));
    console.log(reportText(title, report));
    if (report.failures.length > 0) process.exitCode = 1;
  }
}

/** The reports of one share, one for each part, over emulators of its own. */
async function reportsOf(share: Share, name: string): Promise<readonly CampaignReport[]> {
  const aws = await startEmbeddedAws();
  const clients = createClients(aws.endpoints);
  try {
    const resources = await provision(clients, { deployment: 'chaos', rulesFile: 'unused' });
    const world = await World.create({ clients, resources });
    const reports: CampaignReport[] = [];
    for (const part of parts) {
      reports.push(await part.run(world, share, (text) => process.stderr.write(`${name}${text}\n`)));
    }
    return reports;
  } finally {
    clients.destroy();
    await aws.stop();
  }
}

/** Runs this script once a share, at once. When one process fails, the others end too. */
async function inProcesses(count: number): Promise<readonly (readonly CampaignReport[])[]> {
  const children: ChildProcess[] = [];
  try {
    return await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const share = shareOfSample(sample, { index, of: count });
        const given = [`--rounds=${values.rounds}`, `--seed=${values.seed}`, `--share=${share.index}/${share.of}`];
        const flags = (['skip-sites', 'first-calls'] as const)
          .filter((flag) => values[flag])
          .map((flag) => `--${flag}`);
        const child = fork(import.meta.filename, [...given, ...flags]);
        children.push(child);
        return reportsFrom(child, `${index}/${count}`);
      }),
    );
  } finally {
    for (const child of children) child.kill();
  }
}

async function reportsFrom(child: ChildProcess, share: string): Promise<readonly CampaignReport[]> {
  let reports: readonly CampaignReport[] | undefined;
  // The message is what this same script sends above.
  child.once('message', (message) => {
    reports = message as readonly CampaignReport[];
  });
  const [code] = await once(child, 'exit');
  if (reports === undefined || code !== 0) throw new Error(`The process of share ${share} ended with ${code}.`);
  return reports;
}
