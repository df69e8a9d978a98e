import { pack } from '../../lambda/pack/pack.ts';
import { PACK_ALL, type PackOutcome } from '../../lambda/pack/pack-policy.ts';
import { withPeakMemory } from '../support/memory.ts';
import { connectBenchTable } from '../support/segments-table.ts';
import { SILENT_LOGGER, SILENT_METRICS } from '../support/silent.ts';
import { answerApart } from './apart.ts';
import { NOW } from './world.ts';

/** What a call of pack did, and what it took. */
export interface Packed {
  readonly outcome: PackOutcome;
  readonly seconds: number;
  /** Of the whole process. */
  readonly peakMegabytes: number;
}

if (import.meta.main) {
  const [endpoint = '', table = ''] = process.argv.slice(2);
  const connected = connectBenchTable(endpoint, table);
  const { result, seconds, peakMegabytes } = await withPeakMemory(() =>
    pack({
      ...connected,
      policy: PACK_ALL,
      retentionDays: 365,
      now: () => NOW,
      mustStop: () => false,
      logger: SILENT_LOGGER,
      metrics: SILENT_METRICS,
    }),
  );
  connected.dynamodb.destroy();
  await answerApart({ outcome: result, seconds, peakMegabytes } satisfies Packed);
}
