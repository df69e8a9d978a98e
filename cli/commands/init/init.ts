import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { collect } from '../../options/repeatable.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { problemsOf, QUESTIONS, type Question } from './answers.ts';
import type { Answers } from './asked-settings.ts';
import { planText } from './plan-text.ts';
import { settingsText } from './settings-text.ts';

interface InitOptions {
  readonly deployment?: string;
  readonly region?: string;
  readonly account?: string;
  readonly email?: readonly string[];
  readonly minimumLevel?: string;
  readonly retention?: string;
  readonly eventsPerDay?: string;
  readonly file: string;
  readonly yes?: true;
  readonly force?: true;
}

const HELP = `
At a terminal it asks for what no option gives; with --yes, or without a terminal, the rest has its default. It makes no call
of AWS, and changes nothing but the file.

Exit codes: 0 the file is written; 1 it is there already; 2 an answer can't be deployed.

Examples:
  $ trailwarden init
  $ trailwarden init --yes --region eu-central-1 --email on-call@example.com --events-per-day 500000
`;

/** `trailwarden init`: writes the settings of a deployment, and says what it will be. */
export function initCommand(io: Io): Command {
  return new Command('init')
    .description('Writes trailwarden.yaml, and says what will be deployed, with which permissions, and what it costs.')
    .option('--deployment <name>', 'first part of the name of everything')
    .option('--region <region>', 'region to deploy into')
    .option('--account <id>', 'the only account to deploy into')
    .option('--email <address>', 'who is told of critical and high alerts and of alarms; may be repeated', collect)
    .option('--minimum-level <level>', 'lowest level of alerts')
    .option('--retention <days>', 'days that events stay in the index')
    .option('--events-per-day <count>', 'events a day, for the estimate of the costs')
    .option('--file <path>', 'where to write the settings', 'trailwarden.yaml')
    .option('--yes', 'ask nothing')
    .option('--force', 'write over a file that is there')
    .addHelpText('after', HELP)
    .action((options: InitOptions) => init(options, io));
}

async function init(options: InitOptions, io: Io): Promise<void> {
  const path = resolve(options.file);
  if (existsSync(path) && options.force !== true) {
    throw new CommandFailure(
      `${options.file} is there already: change it by hand, or name another --file, or --force.`,
    );
  }
  const answers = await answer(options, io);
  const problems = problemsOf(answers);
  if (problems.length > 0) {
    throw new CommandFailure(`This can't be deployed, so nothing was written:\n${problems.join('\n')}`, EXIT.usage);
  }
  await writeFile(path, settingsText(answers));
  io.stdout.write(planText(answers, options.file));
}

async function answer(options: InitOptions, io: Io): Promise<Answers> {
  const given: Readonly<Record<Question['name'], string | undefined>> = {
    deployment: options.deployment,
    region: options.region,
    account: options.account,
    emails: options.email?.join(' '),
    minimumLevel: options.minimumLevel,
    retentionDays: options.retention,
    eventsPerDay: options.eventsPerDay,
  };
  const standard = Object.fromEntries(QUESTIONS.map(({ name, standard: of }) => [name, of(io.env)]));
  const texts: Record<string, string> = { ...standard };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) texts[name] = value;
  if (options.yes !== true && io.ask !== undefined) {
    for (const question of QUESTIONS) {
      if (given[question.name] === undefined) await askUntilRight(question, texts, io, io.ask);
    }
  }
  return toAnswers(texts);
}

/** Asks again until the answer can be deployed, with all that is known so far. */
async function askUntilRight(
  { name, asks }: Question,
  texts: Record<string, string>,
  io: Io,
  ask: NonNullable<Io['ask']>,
): Promise<void> {
  const before = texts[name] ?? '';
  while (true) {
    const typed = (await ask(`${asks}${before === '' ? '' : ` [${before}]`}: `)).trim();
    texts[name] = typed === '' ? before : typed;
    const problems = problemsOf(toAnswers(texts));
    if (problems.length === 0) return;
    io.stderr.write(`${problems.join('\n')}\n`);
  }
}

function toAnswers(texts: Readonly<Record<string, string>>): Answers {
  const text = (name: Question['name']): string => texts[name] ?? '';
  return {
    deployment: text('deployment'),
    region: text('region'),
    account: text('account'),
    emails: text('emails')
      .split(/[\s,]+/)
      .filter(Boolean),
    minimumLevel: text('minimumLevel'),
    retentionDays: text('retentionDays'),
    eventsPerDay: text('eventsPerDay'),
  };
}
