import { Command, InvalidArgumentError, Option } from 'commander';
import { counted } from '../../../lambda/shared/counted.ts';
import { readCount } from '../../options/repeatable.ts';
import { jsonText } from '../../output/json.ts';
import { PRICES } from '../../output/prices.ts';
import type { Io } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { ASSUMPTIONS } from './cost-assumptions.ts';
import { type CostEstimate, type CostLine, type CostQuery, estimateCost } from './estimate-cost.ts';
import { MEASURED } from './measured.ts';

interface CostOptions {
  readonly eventsPerDay: number;
  readonly retention: number;
  readonly accounts: number;
  readonly eventsPerObject: number;
  readonly notable: number;
  readonly format: 'table' | 'json';
}

const HELP = `
List prices of us-east-1, without free tiers, discounts and tax, for a deployment in its full size: once the index holds
all of its retention. docs/cost.md names each price with its date, what was counted, and each assumption. CloudTrail's own
price for data events comes on top; its first copy of management events is free.

Examples:
  $ trailwarden cost --events-per-day 100000
  $ trailwarden cost --events-per-day 5000000 --accounts 40 --retention 90 --notable 10
`;

export function costCommand(io: Io): Command {
  return new Command('cost')
    .description('Estimates what a million events and a month cost, by rows, beside CloudWatch and a row an event.')
    .addOption(
      new Option('--events-per-day <count>', 'events that CloudTrail records a day')
        .argParser(readCount)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--retention <days>', 'days that events stay in the index').argParser(readCount).default(365))
    .addOption(new Option('--accounts <count>', 'accounts that are recorded').argParser(readCount).default(1))
    .addOption(
      new Option('--events-per-object <count>', 'events in a log object')
        .argParser(readCount)
        .default(ASSUMPTIONS.eventsPerObject),
    )
    .addOption(
      new Option('--notable <percent>', 'events that have a row where rows are of notable events')
        .argParser(readPercent)
        .default(ASSUMPTIONS.notableShare * 100),
    )
    .addOption(new Option('--format <format>', 'form of the answer').choices(['table', 'json']).default('table'))
    .addHelpText('after', HELP)
    .action((options: CostOptions) => show(options, io));
}

function show(options: CostOptions, io: Io): void {
  const query: CostQuery = {
    eventsPerDay: options.eventsPerDay,
    retentionDays: options.retention,
    accounts: options.accounts,
    eventsPerObject: options.eventsPerObject,
    notableShare: options.notable / 100,
  };
  const estimate = estimateCost(query);
  if (options.format === 'json') {
    io.stdout.write(
      `${jsonText({ ...query, currency: 'USD', region: 'us-east-1', prices: PRICES, measured: MEASURED, ...estimate }, 2)}\n`,
    );
    return;
  }
  io.stdout.write(text(query, estimate, io));
}

function text(query: CostQuery, { million, perMillion, fixed, digests, month }: CostEstimate, { stdout }: Io): string {
  const accounts = query.accounts === 1 ? 'one account' : `${query.accounts} accounts`;
  const fixedRows = [...fixed, { name: 'Digests', what: 'one a region and hour', dollars: digests }];
  const choices = CHOICES.map(({ name, key }) => ({ name, million: perMillion[key], month: month[key] }));
  return [
    `A million events, ${query.eventsPerObject} in a log object, kept ${counted(query.retentionDays, 'day')}, without rows; US dollars`,
    '',
    renderTable(LINE_COLUMNS, million, stdout),
    'Each month, whatever happens',
    '',
    renderTable(LINE_COLUMNS, fixedRows, stdout),
    `${counted(query.eventsPerDay, 'event')} a day of ${accounts}, ${Math.round(query.notableShare * 100)} % of them notable`,
    '',
    renderTable(CHOICE_COLUMNS, choices, stdout),
    `List prices of us-east-1, published ${dates()}, without free tiers: docs/cost.md has each with its date.`,
    '',
  ].join('\n');
}

const CHOICES = [
  { name: 'index.rows: none', key: 'none' },
  { name: 'index.rows: notable (default)', key: 'notable' },
  { name: 'index.rows: all', key: 'all' },
  { name: 'a row an event in seven indexes', key: 'rowAnEvent' },
  { name: 'CloudWatch', key: 'cloudwatch' },
] as const;

interface Choice {
  readonly name: string;
  readonly million: number;
  readonly month: number;
}

const LINE_COLUMNS: readonly Column<CostLine>[] = [
  column('What', ({ name }) => name),
  column('How much', ({ what }) => what),
  column('Cost', (line) => dollars(line.dollars)),
];

const CHOICE_COLUMNS: readonly Column<Choice>[] = [
  column('Index', ({ name }) => name),
  column('A million events', ({ million }) => dollars(million)),
  column('A month', ({ month }) => dollars(month)),
];

function column<Row>(title: string, value: (row: Row) => string): Column<Row> {
  return { title, parts: [{ title, text: value }] };
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function dates(): string {
  const months = Object.values(PRICES)
    .map(({ asOf }) => asOf)
    .toSorted();
  return `${months[0]} to ${months.at(-1)}`;
}

function readPercent(value: string): number {
  const percent = Number(value);
  if (value.trim() === '' || !(percent >= 0 && percent <= 100))
    throw new InvalidArgumentError('It is a number from 0 to 100.');
  return percent;
}
