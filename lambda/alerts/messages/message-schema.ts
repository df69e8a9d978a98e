import * as z from 'zod';
import { LEVELS } from '../../detection/index.ts';
import { findingStepSchema } from '../../findings/finding-step.ts';

const times = {
  start: z.string().describe('ISO 8601 in UTC.'),
  end: z.string().describe('The first second after it.'),
};

const common = {
  version: z.literal(1).describe('The version of this schema. Members are added within a version, never changed.'),
  alertId: z.string().describe('The same for every delivery, and for the summary, of an alert.'),
  level: z.enum(LEVELS),
  command: z.string().describe('The command that shows more.'),
};

const rule = z.object({
  id: z.string(),
  hash: z.string().describe("SHA-256 of the normalised rule: the rule's version."),
  title: z.string(),
  description: z.string().optional().describe('Why it matters.'),
  first: z.string().optional().describe('What to do first.'),
  author: z.string().optional(),
  tags: z.array(z.string()),
  references: z.array(z.string()),
  falsepositives: z.array(z.string()),
});

const finding = z.object({
  findingId: z.string(),
  eventID: z.string(),
  eventTime: z.string(),
  action: z.string().describe('The IAM form: fsx:TagResource.'),
  actor: z.string(),
  actorKind: z.string(),
  actorName: z.string().optional(),
  session: z.string().optional(),
  via: z.string().optional(),
  credential: z.string(),
  accessKeyId: z.string().optional(),
  sourceIPAddress: z.string().optional(),
  network: z
    .string()
    .optional()
    .describe('The network of `networks.ranges` or of AWS that the address is in; `other` if it is in none.'),
  country: z.string().optional().describe('Of the address: ISO 3166-1 alpha-2.'),
  asn: z.string().optional().describe('The autonomous system of the address: AS64500.'),
  asnName: z.string().optional(),
  accountName: z.string().optional().describe('What the account is called.'),
  accountOu: z.string().optional().describe('Its organizational units, from the outermost: Workloads/Production.'),
  userName: z.string().optional().describe('The Identity Center user on whose behalf the call was made.'),
  userAgent: z.string().optional(),
  outcome: z.string(),
  errorCode: z.string().optional(),
  resources: z.array(z.string()),
  matched: z.array(z.object({ field: z.string(), value: z.json() })),
  matchedCut: z.boolean().optional().describe('Fields or values were cut to the bounds of a message.'),
  correlation: z
    .object({
      from: z.string(),
      to: z.string(),
      value: z.number(),
      atLeast: z.boolean().describe('There were more events than were read.'),
      eventIDs: z.array(z.string()).describe('The last ones where there are many.'),
      steps: z.array(findingStepSchema).optional().describe('Of a chain: what each rule noticed first, in order.'),
    })
    .optional()
    .describe('Of a correlation: what was counted or computed. The event is the last one.'),
  per: z.literal('session').optional().describe('The finding stands for all calls of a session.'),
  also: z.array(z.string()).optional().describe('Rules that recorded the same event: this alert is theirs too.'),
  receipt: z
    .object({ bucket: z.string(), key: z.string(), version: z.string(), index: z.int() })
    .describe('Where the record stands: the index counts from 0.'),
});

const aboutFinding = {
  ...common,
  account: z.string().describe('The account whose log the event is in.'),
  region: z.string(),
  window: z
    .object(times)
    .describe('Findings of the same rule, actor and account with an eventTime in here share the alert.'),
  rule,
  finding,
  console: z.string().describe('The event in the AWS console; of a finding about the log itself, the object.'),
};

/** The body of a message on the topic for programs. */
export const alertMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('alert').describe('The first finding of an alert.'), ...aboutFinding }),
  z.object({
    kind: z.literal('summary').describe('The window has closed with repeats: `finding` is the last of them.'),
    ...aboutFinding,
    findings: z.int().describe('How many findings the alert has, the first included.'),
  }),
  z.object({
    kind: z.literal('storm').describe('More alerts of a level in a minute than are sent one by one.'),
    ...common,
    minute: z.object(times).describe('The minute of the clock in which the alerts were to be sent.'),
    limit: z.int().describe('How many alerts of the level were sent one by one.'),
    collapsed: z
      .object({
        alerts: z.int().describe('How many alerts this message stands for.'),
        rules: z.array(z.object({ id: z.string(), alerts: z.int() })).describe('The rules with most of them.'),
      })
      .optional()
      .describe('Not there in the first message, which is sent while the minute is not over.'),
  }),
  z.object({ kind: z.literal('test').describe('Nothing has happened.'), ...aboutFinding }),
]);

export type AlertMessage = z.infer<typeof alertMessageSchema>;

/** The schema for programs that read the messages: docs/alert.schema.json. */
export function alertJsonSchema(): Record<string, unknown> {
  return { title: "Trailwarden's alert message", ...z.toJSONSchema(alertMessageSchema, { io: 'input' }) };
}
