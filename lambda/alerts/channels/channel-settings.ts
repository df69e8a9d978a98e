import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** The settings of one channel of `alerts.channels`: written by whoever deploys, read by the functions. */

export const CHANNEL_TYPES = ['webhook', 'slack', 'teams', 'pagerduty', 'eventbridge', 'securityhub'] as const;

export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** Types whose address or key is a secret. */
export const SECRET_TYPES: readonly ChannelType[] = ['webhook', 'slack', 'teams', 'pagerduty'];

/** Types that end what an alert has opened, once it is known to be false. */
export const RESOLVING_TYPES: readonly ChannelType[] = ['pagerduty'];

/** Names in alerts' rows that are taken. */
const OWN_CHANNELS: readonly string[] = ['people', 'programs', 'chat'];

const LEVELS = ['low', 'medium', 'high', 'critical'] as const;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as "22:00", in quotes' });

const quietHours = z
  .strictObject({
    from: clock,
    to: clock,
    timeZone: z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Berlin' }).default('UTC'),
    /** Levels that are sent all the same. */
    except: z.array(z.enum(LEVELS)).default(['critical']),
  })
  .refine(({ from, to }) => from !== to, { error: 'from and to are the same: nothing would be quiet' });

const kmsKey = z
  .string()
  .regex(/^arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, { error: "must be a key's ARN" })
  .optional();

const secret = z
  .strictObject({
    secretsManager: z
      .string()
      .regex(/^[\w/+=.@-]{1,400}$/, { error: "must be a secret's name, not its ARN or value" })
      .optional(),
    parameter: z
      .string()
      .regex(/^\/?[\w.-]+(\/[\w.-]+)*$/, { error: "must be a parameter's name, not its ARN or value" })
      .max(900)
      .optional(),
    /** The key that encrypts it, if it isn't the default one of the service. */
    key: kmsKey,
  })
  .refine(({ secretsManager, parameter }) => (secretsManager === undefined) !== (parameter === undefined), {
    error: 'name it with secretsManager or with parameter',
  });

/** One channel. `levels`, `accounts` and `tags` say which alerts it takes; empty lists take all. */
export const channelSettingsSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/, {
        error: 'must be up to 31 lower-case letters, digits and hyphens, the first a letter',
      })
      .refine((name) => !OWN_CHANNELS.includes(name), { error: `must be none of ${OWN_CHANNELS.join(', ')}` }),
    type: z.enum(CHANNEL_TYPES),
    levels: z
      .array(z.enum(LEVELS))
      .min(1)
      .default([...LEVELS]),
    accounts: z
      .array(
        z
          .string({ error: 'must be text: put the account id in quotes' })
          .regex(/^\d{12}$/, { error: 'must be an account id of 12 digits, in quotes' }),
      )
      .max(1000)
      .default([]),
    tags: z.array(z.string().min(1).max(200)).max(100).default([]),
    quietHours: quietHours.optional(),
    secret: secret.optional(),
    /** PagerDuty's service region. */
    region: z.enum(['us', 'eu']).optional(),
    /** ARN of an EventBridge bus. */
    bus: z
      .string()
      .regex(/^arn:[\w-]+:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]+$/, { error: "must be an event bus's ARN" })
      .optional(),
    format: z.enum(['alert', 'ocsf']).optional(),
  })
  .superRefine((channel, context) => {
    const problem = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { type, region, bus, format } = channel;
    const needsSecret = SECRET_TYPES.includes(type);
    if (needsSecret && channel.secret === undefined) {
      problem('secret', `missing: a channel of type ${type} needs it, with secretsManager or parameter`);
    }
    if (!needsSecret && channel.secret !== undefined) problem('secret', `a channel of type ${type} has none`);
    if (type === 'eventbridge' && bus === undefined) problem('bus', "missing: the ARN of the channel's event bus");
    if (type !== 'eventbridge' && bus !== undefined) problem('bus', 'is for channels of type eventbridge');
    if (type !== 'eventbridge' && format !== undefined) problem('format', 'is for channels of type eventbridge');
    if (type !== 'pagerduty' && region !== undefined) problem('region', 'is for channels of type pagerduty');
  });

/** What the topic for programs carries: the published schema, or OCSF. */
export const PROGRAMS_FORMATS = ['alert', 'ocsf'] as const;

/** A channel as functions know it. `topic` is the one for programs: see `deployedChannels`. */
export type ChannelSettings = Omit<z.infer<typeof channelSettingsSchema>, 'type'> & {
  readonly type: ChannelType | 'topic';
};

/** Its name is that of the channel which it replaces, so that alerts go on where they were. */
const programsTopicSchema = z.strictObject({
  name: z.literal('programs'),
  type: z.literal('topic'),
  levels: z.array(z.enum(LEVELS)),
  accounts: z.array(z.string()),
  tags: z.array(z.string()),
  format: z.literal('ocsf'),
});

const PROGRAMS_TOPIC: z.infer<typeof programsTopicSchema> = {
  name: 'programs',
  type: 'topic',
  levels: [...LEVELS],
  accounts: [],
  tags: [],
  format: 'ocsf',
};

/**
 * The channels that have queues: those of the settings, and the topic for programs if it carries OCSF. That is then left
 * to the function behind the queues, so that those which read the log hold no code of the format.
 */
export function deployedChannels(
  channels: readonly z.infer<typeof channelSettingsSchema>[],
  programs: (typeof PROGRAMS_FORMATS)[number],
): readonly ChannelSettings[] {
  return programs === 'ocsf' ? [...channels, PROGRAMS_TOPIC] : channels;
}

const deployedChannelsSchema = z.array(z.union([programsTopicSchema, channelSettingsSchema]));

/** More of them cost more calls for each alert than an alert is worth. */
const MAX_CHANNELS = 20;

export const channelListSchema = z
  .array(channelSettingsSchema)
  .max(MAX_CHANNELS)
  .superRefine((channels, context) => {
    for (const [index, { name }] of channels.entries()) {
      if (channels.findIndex((other) => other.name === name) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} is the name of two channels` });
    }
  });

/**
 * The channels of a deployment, from the file that was checked when the deployment was synthesized.
 * @param file empty for a deployment without channels of its own.
 * @throws ZodError or the file system's error.
 */
export function readChannelSettings(file: string): readonly ChannelSettings[] {
  return file === '' ? [] : deployedChannelsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
