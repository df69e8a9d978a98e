import { parseArgs } from 'node:util';
import { createClients } from '../../local/clients.ts';
import { startEmbeddedAws } from '../../local/emulators/embedded-aws.ts';
import { provision } from '../../local/provision.ts';
import { everyFault, everyKind, randomRounds, reportText } from './campaign.ts';
import { kinds } from './kinds.ts';
import { World } from './world.ts';

/** `npm run chaos -- --rounds N --seed S`: breaks calls of AWS until something is lost or doubled. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'skip-sites': { type: 'boolean', default: false },
  },
});

const aws = await startEmbeddedAws();
const clients = createClients(aws.endpoints);
try {
  const resources = await provision(clients, { deployment: 'chaos', rulesFile: 'unused' });
  const world = await World.create({ clients, resources });
  const progress = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  console.log(`seed ${values.seed}`);
  if (!values['skip-sites']) {
    const report = await everyFault(world, { onProgress: progress });
    console.log(reportText('Every fault at every call site', report));
    if (report.failures.length > 0) process.exitCode = 1;
  }
  const troubles = await everyKind(world, kinds());
  console.log(reportText('Expired rows, rows of another version', troubles));
  if (troubles.failures.length > 0) process.exitCode = 1;
  const report = await randomRounds(world, Number(values.rounds), Number(values.seed), progress);
  console.log(reportText(`${values.rounds} random rounds`, report));
  if (report.failures.length > 0) process.exitCode = 1;
} finally {
  clients.destroy();
  await aws.stop();
}
