import { InvalidArgumentError } from 'commander';
import { readConditions } from '../../lambda/store/questions/conditions.ts';
import { readText } from './repeatable.ts';

/** The options of conditions, as `--not` names them, and the member of the options that each is. */
const MEMBER_OF_NAME = {
  actor: 'actor',
  action: 'action',
  resource: 'resource',
  address: 'address',
  credential: 'credential',
  error: 'error',
  access: 'access',
  account: 'account',
  region: 'region',
  outcome: 'outcome',
  kind: 'kind',
  session: 'session',
  'user-agent': 'userAgent',
  category: 'category',
  network: 'network',
  country: 'country',
  asn: 'asn',
} as const;

export const EXCLUDED_FIELDS = Object.keys(MEMBER_OF_NAME);

/** A value that events must not have. */
export interface ExcludedValue {
  /** The member of the command's options that would ask for it. */
  readonly option: (typeof MEMBER_OF_NAME)[keyof typeof MEMBER_OF_NAME];
  readonly value: string;
}

/** For an option that takes `address=203.0.113.10`, several times. */
export function collectExcluded(text: string, before: readonly ExcludedValue[] = []): readonly ExcludedValue[] {
  const [, name = '', value = ''] = /^([a-z-]+)=(.*)$/s.exec(text) ?? [];
  if (!isName(name)) throw new InvalidArgumentError(`Write WHAT=VALUE, with one of ${EXCLUDED_FIELDS.join(', ')}.`);
  if (name === 'address') checkAddress(value);
  return [...before, { option: MEMBER_OF_NAME[name], value: readText(value) }];
}

function isName(name: string): name is keyof typeof MEMBER_OF_NAME {
  return Object.hasOwn(MEMBER_OF_NAME, name);
}

function checkAddress(value: string): void {
  try {
    readConditions({ address: [value] });
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '');
  }
}
