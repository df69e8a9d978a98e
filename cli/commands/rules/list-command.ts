import { Command, Option } from 'commander';
import { createDetector, type RuleMetadata } from '../../../lambda/detection/index.ts';
import { attackNames } from '../../../lambda/findings/attack-names.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { defaultRules, loadRules, withPlaceholders } from '../../inputs/load-rules.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { type Listing, printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { levelStyle } from '../../output/text-style.ts';
import { navigatorLayer } from './navigator-layer.ts';

interface ListOptions {
  readonly placeholders?: string;
  readonly navigator?: true;
  readonly format: Format;
}

const HELP = `
An indexed rule is tried only on events that have a value which it requires, such as its eventName; a rule that is
always run is tried on every event. Exit codes: 0 all rules are listed; 1 some were rejected (stderr says why), or
none is left; 2 the command line is wrong.

Examples:
  $ trailwarden rules list                         the default pack
  $ trailwarden rules list ./rules --format csv
  $ trailwarden rules list --navigator > layer.json   open it at https://mitre-attack.github.io/attack-navigator
`;

/** `trailwarden rules list`: which rules there are, and what they look at. */
export function listCommand(io: Io): Command {
  const command = new Command('list')
    .description('Lists rules: id, title, level, ATT&CK, the actions that they look at.')
    .argument('[path...]', 'rule files, and folders with their subfolders (default: the default pack)')
    .addOption(new Option('--navigator', 'a layer of the ATT&CK Navigator (JSON, layer format 4.5) instead of a list'));
  return withFormat(withPlaceholders(command))
    .addHelpText('after', HELP)
    .action((paths: readonly string[], options: ListOptions) => list(paths, options, io));
}

/** @throws CommandFailure if rules were rejected, once the others are listed. */
async function list(paths: readonly string[], { placeholders, navigator, format }: ListOptions, io: Io): Promise<void> {
  const rules = paths.length === 0 ? [defaultRules()] : paths;
  const { ruleSet, problems } = await loadRules({ rules, ...(placeholders !== undefined && { placeholders }) }, io);
  const { rules: listed } = createDetector(ruleSet);
  if (navigator) io.stdout.write(`${JSON.stringify(navigatorLayer(listed), undefined, 2)}\n`);
  else await printListing(each(listed), LISTING, format, io);
  if (problems.length > 0) throw new CommandFailure(`${counted(problems.length, 'problem')}: not every rule is listed`);
}

async function* each(rules: readonly RuleMetadata[]): AsyncGenerator<RuleMetadata> {
  yield* rules;
}

const LISTING: Listing<RuleMetadata> = {
  columns: [
    {
      title: 'Rule',
      parts: [
        { title: 'Rule', text: ({ title }) => title },
        { title: 'Rule id', text: ({ id }) => id, style: () => 'faint', keep: 'always' },
      ],
    },
    {
      title: 'Level',
      parts: [{ title: 'Level', text: ({ level }) => level, style: ({ level }) => levelStyle(level) }],
    },
    { title: 'ATT&CK', parts: [{ title: 'ATT&CK', text: (rule) => attack(rule).join(' ') }] },
    {
      title: 'Looks at',
      parts: [
        { title: 'Actions', text: (rule) => actions(rule) },
        { title: 'How', text: how, style: () => 'faint' },
      ],
    },
  ],
  json: (rule) => ({
    id: rule.id,
    title: rule.title,
    level: rule.level,
    kind: rule.kind,
    correlation: rule.correlation,
    status: rule.status,
    attack: attack(rule),
    actions: rule.actions,
    indexed: rule.indexed,
    findings: rule.finding,
    author: rule.author,
    file: rule.file,
    line: rule.line,
    hash: rule.hash,
  }),
  csv: {
    id: ({ id }) => id,
    title: ({ title }) => title,
    level: ({ level }) => level,
    kind: ({ kind }) => kind,
    correlation: ({ correlation }) => correlation,
    status: ({ status }) => status,
    attack: (rule) => attack(rule).join(' '),
    actions: (rule) => rule.actions.join(' '),
    indexed: ({ indexed }) => indexed,
    findings: ({ finding }) => finding,
    author: ({ author }) => author,
    file: ({ file }) => file,
  },
  nothing: 'No rules.',
};

/** Tactics and techniques of MITRE ATT&CK v19 among the tags, as it writes them: `T1078.004`, `stealth`. */
function attack({ tags }: RuleMetadata): string[] {
  return attackNames(tags).map((name) => (/^[tgs]\d{4}/.test(name) ? name.toUpperCase() : name));
}

/** Actions that a table shows. */
const MAX_ACTIONS = 4;

function actions({ kind, actions: all }: RuleMetadata): string {
  if (all.length === 0) return kind === 'correlation' ? 'what its rules find' : 'any action';
  const more = all.length > MAX_ACTIONS ? ` … ${all.length - MAX_ACTIONS} more` : '';
  return `${all.slice(0, MAX_ACTIONS).join(' ')}${more}`;
}

function how({ indexed, kind, finding, correlation }: RuleMetadata): string {
  const place = indexed ? 'indexed' : 'always run';
  const what = kind === 'correlation' ? `correlation ${correlation ?? ''}, ${place}` : place;
  return finding ? what : `${what}, for correlations only`;
}
