import { type Command, InvalidArgumentError, Option } from 'commander';
import { type EventConditions, readConditions } from '../../lambda/store/questions/conditions.ts';
import { actorPatterns } from '../../lambda/store/questions/incident/subject.ts';
import { collectExcluded, EXCLUDED_FIELDS, type ExcludedValue } from './excluded-values.ts';
import { collect, readText, severalOf } from './repeatable.ts';

type Values = readonly string[];

export interface ConditionOptions {
  readonly actor?: Values;
  readonly action?: Values;
  readonly resource?: Values;
  readonly address?: Values;
  readonly credential?: Values;
  readonly error?: Values;
  readonly access?: Values;
  readonly account?: Values;
  readonly region?: Values;
  readonly outcome?: Values;
  readonly kind?: Values;
  readonly session?: Values;
  readonly userAgent?: Values;
  readonly category?: Values;
  readonly network?: Values;
  readonly country?: Values;
  readonly asn?: Values;
  readonly not?: readonly ExcludedValue[];
}

const ACCESS = ['read', 'write', 'tagging', 'permissions-management', 'list'];
const OUTCOMES = ['success', 'denied', 'error'];
const CATEGORIES = ['management', 'data', 'insight', 'network-activity', 'aggregated'];
const KINDS = [
  'root',
  'iam-user',
  'assumed-role',
  'federated-user',
  'web-identity',
  'saml',
  'identity-center',
  'service',
  'service-linked-role',
  'aws-account',
  'unknown',
];

/** Adds an option for each thing that events can be asked for. */
export function withConditions(command: Command): Command {
  return command
    .option('--actor <arn>', "who: a role's or user's ARN or name, role/Deploy, root, a service, an account", collect)
    .option('--action <action>', "what, as IAM writes it: fsx:TagResource, 'fsx:*'", collect)
    .option('--resource <resource>', 'to what: an ARN, fs-…, i-…, a name', collectResource)
    .option('--address <address>', 'from where: an IP address or a network, 203.0.113.0/24', collectAddress)
    .option('--credential <access key id>', 'with which access key', collectKey)
    .option('--error <code>', "with which error code; '*' for any", collect)
    .addOption(severalOf(new Option('--access <level>', 'access level'), ACCESS))
    .option('--account <id>', 'in which account: 12 digits, or a pattern with *', collectAccount)
    .option('--region <region>', 'in which region', collectRegion)
    .addOption(severalOf(new Option('--outcome <outcome>', 'what became of it'), OUTCOMES))
    .addOption(severalOf(new Option('--kind <kind>', 'kind of actor'), KINDS))
    .option('--session <name>', 'name of the role session', collect)
    .option('--user-agent <text>', 'a part of the user agent, in any case', collect)
    .addOption(severalOf(new Option('--category <category>', 'category of the event'), CATEGORIES))
    .option('--network <name>', 'from which network of the settings; other for addresses in none', collect)
    .option('--country <code>', 'from which country: DE', collect)
    .option('--asn <number>', 'from which autonomous system: AS64500', collect)
    .option('--not <what=value>', `without a value: ${EXCLUDED_FIELDS.join(', ')}`, collectExcluded);
}

export const CONDITIONS_HELP = `
Conditions:
  All of them must hold; an option that is given twice means either value. --not address=203.0.113.10 leaves out events
  with that value, and keeps those that name no address. * stands for any characters, ? for one,
  and \\* for the star itself. Every segment of the index knows in which of its blocks a value is: exact values take the
  least, and a pattern the list of values, where that is shorter than the blocks. What no value narrows is read through.
  --actor takes names as tables print them too, in any account: role/Deploy is *:role/Deploy, root is *:root, and
  Deploy alone is */Deploy. Only an ARN, a service's name or an account is exact.
`;

export function readConditionOptions(options: ConditionOptions): EventConditions {
  const { credential, error, region, kind, ...same } = options;
  const { actor, action, resource, address, access, account, outcome, session, userAgent, category } = same;
  const { network, country, asn } = same;
  return {
    actor: actor?.flatMap(actorPatterns),
    action,
    resource,
    address,
    accessKeyId: credential,
    errorCode: error,
    access,
    account,
    awsRegion: region,
    outcome,
    actorKind: kind,
    session,
    userAgent,
    category,
    network,
    country: country?.map(readCountry),
    asn: asn?.map(readAsn),
  };
}

/** What events must not have. */
export function readExcluded({ not = [] }: ConditionOptions): EventConditions {
  const options: Partial<Record<string, Values>> = {};
  for (const { option, value } of not) options[option] = [...(options[option] ?? []), value];
  return readConditionOptions(options);
}

/** Whether actions were asked for that no event can have: they are all written service:Name. */
export function lacksService({ action = [] }: ConditionOptions): boolean {
  return action.some((value) => !value.includes(':'));
}

/** For an option that takes account ids or patterns: anything else would find nothing, without a message. */
export function collectAccount(value: string, before?: Values): Values {
  if (/^[\da-z]{12}$/i.test(value) || /[*?]/.test(value)) return collect(value, before);
  throw new InvalidArgumentError(`An account id has 12 digits: write 111122223333, or a pattern such as '1111*'.`);
}

/** Access key ids are in capitals, wherever they were copied from. */
export function readKey(value: string): string {
  return /^a[ks]ia[a-z0-9]{16}$/i.test(value) ? value.toUpperCase() : readText(value);
}

function collectKey(value: string, before?: Values): Values {
  return collect(readKey(value), before);
}

/** Ids such as `fs-0a1b2c3d` are in small letters; names and ARNs stay as they are. */
export function readResource(value: string): string {
  return /^[A-Z]{1,10}-[0-9A-F]{8,17}$/.test(value) ? value.toLowerCase() : readText(value);
}

function collectResource(value: string, before?: Values): Values {
  return collect(readResource(value), before);
}

/** AWS writes regions in small letters. */
export function collectRegion(value: string, before?: Values): Values {
  return collect(value.toLowerCase(), before);
}

/** Countries are in capitals. */
function readCountry(value: string): string {
  return value.toUpperCase();
}

/** `as64500` and `64500` are `AS64500`. */
function readAsn(value: string): string {
  return /^\d+$/.test(value) ? `AS${value}` : value.toUpperCase();
}

function collectAddress(value: string, before?: Values): Values {
  try {
    readConditions({ address: [value] });
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '');
  }
  return collect(value, before);
}
