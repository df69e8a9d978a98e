import { Command } from 'commander';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import { actorPatterns } from '../../../lambda/store/questions/incident/subject.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { resolveRules } from '../../inputs/resolve-rules.ts';
import { type FindingConditionOptions, withFindingConditions } from '../../options/finding-conditions.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import type { Io } from '../../output/process-io.ts';
import { withExport } from './export-events.ts';
import { type ExportOptions, exportRows } from './export-rows.ts';
import { exportedFindings } from './exported-finding.ts';

interface Options extends ConnectionOptions, FindingConditionOptions, TimeOptions, ReadLimitOptions, ExportOptions {}

const HELP = `
All conditions must hold; an option that is given twice means either value, and * stands for any characters. The oldest
first, in an order that stays. A file is there once it is whole. ocsf has a Detection Finding of OCSF 1.8 a line (class
2004), with the rule as its analytic and ATT&CK's tactics and techniques. In CSV a cell that a spreadsheet would run has
an apostrophe before it.

Examples:
  $ trailwarden export findings --since 30d --format csv --output findings.csv
  $ trailwarden export findings --level critical --level high --format ocsf
`;

export function exportFindingsCommand(io: Io): Command {
  const command = withTimes(withFindingConditions(new Command('findings'))).description(
    'Writes what rules found, the oldest first.',
  );
  return withConnection(withReadLimit(withExport(command)))
    .addHelpText('after', HELP)
    .action((options: Options) => write(options, io));
}

async function write(options: Options, io: Io): Promise<void> {
  const now = io.now();
  const { rule, level, actor, alert, account, maxReads } = options;
  await connected(options, async ({ documents, tables }) => {
    const ruleId = rule && (await resolveRules(rule, {}, { documents, tables }, io));
    const findings = createFindingQueries(documents, tables, io.now).search({
      conditions: { level, actor: actor?.flatMap(actorPatterns), alertId: alert, account, ruleId },
      ...askedTimes(options, now),
      order: 'oldest-first',
      maxReadUnits: maxReads,
    });
    await withinReadLimit(() => exportRows(findings, exportedFindings(options.zone, now), options, io));
  });
}
