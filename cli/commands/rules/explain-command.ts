import { Command, Option } from 'commander';
import { readEvent, readPartialEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../../lambda/cloudtrail/derived-fields.ts';
import { createDetector } from '../../../lambda/detection/index.ts';
import { type ConnectionOptions, withConnection } from '../../aws/connection.ts';
import { chooseRules } from '../../inputs/choose-rules.ts';
import { type KnownOptions, loadKnown, withKnown } from '../../inputs/known.ts';
import { type RuleLoadOptions, withRules } from '../../inputs/load-rules.ts';
import { jsonText } from '../../output/json.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { drawExplanation, maskedExplanation } from './explain-tree.ts';
import { findEvent } from './find-event.ts';

interface ExplainOptions extends RuleLoadOptions, KnownOptions, ConnectionOptions {
  readonly format: 'tree' | 'json';
}

const HELP = `
RULE is a rule file, or the id, name or title of a rule, or the beginning of one. EVENT is a file with one record,
FILE#INDEX as a scan names events, - or -#INDEX for standard input, or the eventID of an event in the index. Files may
have any form that scan takes. Secrets of the event are masked.

✓ holds, ✗ doesn't. Of a correlation, the rules that it names are explained.

Examples:
  $ trailwarden rules explain rules/root/root-login.yml event.json
  $ trailwarden rules explain 'Root credentials changed tags' ./AWSLogs/log.json.gz#12
  $ trailwarden rules explain rules/root/root-login.yml 8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e
`;

/** `trailwarden rules explain`: why a rule matched an event, or why it didn't. */
export function explainCommand(io: Io): Command {
  const command = new Command('explain')
    .description('Shows why a rule matches an event, or why it does not: its condition as a tree.')
    .argument('<rule>', 'rule file, or the id, name or title of a rule')
    .argument('<event>', 'file, FILE#INDEX, - for standard input, or eventID')
    .addOption(new Option('--format <format>', 'form of the answer').choices(['tree', 'json']).default('tree'));
  return withConnection(withKnown(withRules(command)))
    .addHelpText('after', HELP)
    .action((rule: string, event: string, options: ExplainOptions) => explain(rule, event, options, io));
}

async function explain(rule: string, event: string, options: ExplainOptions, io: Io): Promise<void> {
  const { ruleSet, chosen } = await chooseRules(rule, options, io);
  const record = await findEvent(event, options);
  const directory = (await loadKnown(options, io))?.directory;
  const receipt = { bucket: '', key: '', version: '', index: 0 };
  const read = readEvent(record, receipt, directory);
  if (!read.ok) {
    io.stderr.write(
      printableLines(`Not a whole CloudTrail record, so that some trailwarden. fields are unknown: ${read.reason}\n`),
    );
  }
  const derived = derivedFields(read.ok ? read.event : readPartialEvent(record, receipt, directory));
  const detector = createDetector(ruleSet);
  const explanations = chosen.flatMap(({ metadata }) => detector.explain(metadata.id, record, derived) ?? []);
  if (options.format === 'json') {
    io.stdout.write(`${jsonText(explanations.map(maskedExplanation), 2)}\n`);
    return;
  }
  const { colours } = io.stdout;
  io.stdout.write(`${explanations.map((node) => drawExplanation(node, colours)).join('\n\n')}\n`);
}
