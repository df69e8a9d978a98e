import { Command, InvalidArgumentError, Option } from 'commander';
import { EVENT_INDEXES, type EventIndexName } from '../../../lambda/store/schema.ts';
import { readCount } from '../../options/repeatable.ts';
import { jsonText } from '../../output/json.ts';
import { PRICES } from '../../output/prices.ts';
import type { Io } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { type CostEstimate, type CostQuery, type EventStorageCost, estimateCost } from './estimate-cost.ts';

interface CostOptions {
  readonly eventsPerDay: number;
  readonly retention: number;
  readonly accounts: number;
  readonly without?: readonly EventIndexName[];
  readonly format: 'table' | 'json';
}

const HELP = `
List prices of us-east-1, without free tiers, discounts and tax, for a deployment in its full size: once the index holds
all of its retention. docs/cost.md names each price with its date, and each assumption. CloudTrail's own price for data
events comes on top; its first copy of management events is free.

Examples:
  $ trailwarden cost --events-per-day 100000
  $ trailwarden cost --events-per-day 5000000 --accounts 40 --retention 90 --without by-address --without by-error
`;

export function costCommand(io: Io): Command {
  return new Command('cost')
    .description('Estimates what a deployment costs a month, index by index and service by service.')
    .addOption(
      new Option('--events-per-day <count>', 'events that CloudTrail records a day')
        .argParser(readCount)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--retention <days>', 'days that events stay in the index').argParser(readCount).default(365))
    .addOption(new Option('--accounts <count>', 'accounts that are recorded').argParser(readCount).default(1))
    .addOption(
      new Option(
        '--without <index>',
        `an index that is switched off: ${Object.keys(EVENT_INDEXES).join(', ')}`,
      ).argParser(collectIndex),
    )
    .addOption(new Option('--format <format>', 'form of the answer').choices(['table', 'json']).default('table'))
    .addHelpText('after', HELP)
    .action((options: CostOptions) => show(options, io));
}

function show({ eventsPerDay, retention, accounts, without = [], format }: CostOptions, io: Io): void {
  const query: CostQuery = { eventsPerDay, retentionDays: retention, accounts, without };
  const estimate = estimateCost(query);
  if (format === 'json') {
    io.stdout.write(
      `${jsonText({ ...query, currency: 'USD', region: 'us-east-1', prices: PRICES, ...estimate }, 2)}\n`,
    );
    return;
  }
  io.stdout.write(text(query, estimate, io));
}

function text(query: CostQuery, { events, reads, services, total }: CostEstimate, { stdout }: Io): string {
  const accounts = query.accounts === 1 ? 'one account' : `${query.accounts} accounts`;
  return [
    `${query.eventsPerDay.toLocaleString('en-US')} events a day of ${accounts}, kept ${query.retentionDays} days; US dollars a month`,
    '',
    renderTable(EVENT_COLUMNS, events, stdout),
    renderTable(SERVICE_COLUMNS, services, stdout),
    `Reads: ${reads.units.toLocaleString('en-US')} units, ${dollars(reads.onDemand)} on demand, ${dollars(reads.provisioned)} provisioned`,
    '',
    `On demand    ${dollars(total.onDemand)}`,
    `Provisioned  ${dollars(total.provisioned)}, with auto scaling and half of the capacity in use`,
    '',
    `List prices of us-east-1, published ${dates()}, without free tiers: docs/cost.md has each with its date.`,
    '',
  ].join('\n');
}

const EVENT_COLUMNS: readonly Column<EventStorageCost>[] = [
  column('Table or index', ({ name }) => name),
  column('Write units', ({ writeUnits }) => Math.round(writeUnits).toLocaleString('en-US')),
  column('Writes', ({ writes }) => dollars(writes)),
  column('Provisioned', ({ provisionedWrites }) => dollars(provisionedWrites)),
  column('GB', ({ gigabytes }) => gigabytes.toFixed(1)),
  column('Storage', ({ storage }) => dollars(storage)),
  column('Recovery', ({ recovery }) => (recovery === 0 ? '' : dollars(recovery))),
  column('Switching it off saves', ({ name, writes, storage }) =>
    name === 'events' ? '' : `${dollars(writes + storage)}`,
  ),
];

const SERVICE_COLUMNS: readonly Column<CostEstimate['services'][number]>[] = [
  column('Service', ({ name }) => name),
  column('What', ({ what }) => what),
  column('Cost', (service) => dollars(service.dollars)),
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

function collectIndex(value: string, before: readonly EventIndexName[] = []): readonly EventIndexName[] {
  const index = Object.values(EVENT_INDEXES).find(({ name }) => name === value);
  if (index === undefined) throw new InvalidArgumentError(`It is one of ${Object.keys(EVENT_INDEXES).join(', ')}.`);
  return [...before, index.name];
}
