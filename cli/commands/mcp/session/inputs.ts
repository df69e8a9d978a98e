import * as z from 'zod';
import type { EventConditions } from '../../../../lambda/store/questions/conditions.ts';
import { actorPatterns } from '../../../../lambda/store/questions/incident/subject.ts';
import { readConditionOptions, readKey, readResource } from '../../../options/event-conditions.ts';
import { type AskedTimes, askedTimes } from '../../../options/time-options.ts';
import { TIME_FORMS } from '../../../time/parse-time.ts';
import { readZone } from '../../../time/time-zone.ts';
import type { Session } from './session.ts';

/** Rows that an answer has where nothing is said, and at most. */
const DEFAULT_ROWS = 50;
const MAX_ROWS = 200;

export const text = z.string().trim().min(1).max(2048);
export const texts = z.array(text).min(1).max(20);

export const limit = z.number().int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS).describe('At most so many rows.');

export const times = {
  since: text.optional().describe(`The earliest time, in UTC unless it says otherwise: ${TIME_FORMS}.`),
  until: text.optional().describe('The end of the time; a day that is named is included.'),
};

/** What events may be asked for: any value of a member, and all members. */
export const conditions = {
  actor: texts.optional().describe("Who: a role's or user's ARN or name, role/Deploy, root, a service, an account."),
  action: texts.optional().describe('What, as IAM writes it: fsx:TagResource, fsx:*.'),
  resource: texts.optional().describe('To what: an ARN, fs-…, i-…, a name.'),
  address: texts.optional().describe('From where: an IP address or a network, 203.0.113.0/24.'),
  credential: texts.optional().describe('With which access key id.'),
  error: texts.optional().describe('With which error code; * for any.'),
  access: z.array(z.enum(['read', 'write', 'tagging', 'permissions-management', 'list'])).optional(),
  outcome: z.array(z.enum(['success', 'denied', 'error'])).optional(),
  account: texts.optional().describe('In which account: 12 digits.'),
  region: texts.optional(),
  kind: texts.optional().describe('Kind of actor: root, iam-user, assumed-role, service, …'),
  session: texts.optional().describe('Name of the role session.'),
  network: texts.optional().describe('From which network of the settings; other for addresses in none.'),
  country: texts.optional().describe('From which country, ISO 3166-1 alpha-2.'),
  asn: texts.optional().describe('From which autonomous system: AS64500.'),
};

type Conditions = z.output<z.ZodObject<typeof conditions>>;

/** Ids are taken in any case, as the command line takes them. */
export function readConditions(given: Conditions): EventConditions {
  const { credential, resource, region, ...others } = given;
  return readConditionOptions({
    ...others,
    credential: credential?.map(readKey),
    resource: resource?.map(readResource),
    region: region?.map((name) => name.toLowerCase()),
  });
}

export const readActors = (actors: readonly string[] | undefined) => actors?.flatMap(actorPatterns);

/** @throws CommandFailure for times that can't be read. */
export function readTimes(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  { io }: Session,
): AskedTimes {
  return askedTimes({ ...(since && { since }), ...(until && { until }), zone: readZone('UTC') }, io.now());
}
