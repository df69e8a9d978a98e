import { type CloudTrailEvent, type Receipt, readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { eventIdentity } from '../../lambda/cloudtrail/event-identity.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';
import { type EventSummary, summaryOf } from '../../lambda/store/segments/summary.ts';
import { DATA_ACTION, MADE_ACTIONS, type MadeAction, RARE_ACTIONS } from './actions.ts';
import { Random, SkewedPick } from './random.ts';

/** An organization whose events are made from a seed. */
export interface MadeOrganization {
  readonly seed: number;
  /** Events in a log object, unless its five minutes end before. */
  readonly eventsPerObject: readonly number[];
  /** Share of the events that are data events, each with a resource of its own. */
  readonly dataEvents?: number;
}

const ACCOUNTS = 20;
const ACTORS = 2_300;
const REGIONS = ['eu-west-1', 'us-east-1', 'eu-central-1'] as const;
const SERVICES = ['autoscaling', 'ec2', 'lambda', 'eks', 'cloudformation', 'config'] as const;
const OBJECT_SECONDS = 300;
const RARE_SHARE = 0.004;
const FAILED_SHARE = 0.015;
const USER_AGENTS = [
  'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0',
  'Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.1.91 md/arch#x86_64 lang/python#3.11.9',
  'aws-cli/2.15.0 Python/3.11.6 Linux/6.1.66 exe/x86_64.amzn.2023 prompt/off command/ec2.describe-instances',
  'APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.55.0',
  'aws-sdk-java/2.25.60 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.11 Java/17.0.11 vendor/Amazon.com_Inc. io/sync',
] as const;

/** One event, before it is a record or a summary. */
export interface MadeEvent {
  readonly eventID: string;
  readonly eventTime: string;
  readonly actor: number;
  readonly action: MadeAction;
  readonly resource: string;
  readonly region: string;
  /** Which of the actor's sessions; a new access key an hour. */
  readonly session: number;
  readonly hour: number;
  readonly failed: boolean;
  readonly receipt: Receipt;
}

/**
 * The events of a UTC day, in order.
 * @param day `YYYY-MM-DD`.
 */
export function* madeEvents(
  { seed, eventsPerObject, dataEvents = 0 }: MadeOrganization,
  day: string,
  count: number,
): Generator<MadeEvent> {
  const start = Date.parse(`${day}T00:00:00Z`) / 1000;
  const random = new Random(seed ^ start);
  const [actors, actions] = [new SkewedPick(ACTORS), new SkewedPick(MADE_ACTIONS.length)];
  const resources = new Map<MadeAction, SkewedPick>();
  const objects = new LogObjects(random, eventsPerObject);
  let second: MadeEvent[] = [];
  let last = '';
  for (let index = 0; index < count; index++) {
    const part = index / count;
    // More by day than by night.
    const seconds = Math.min(86_399, Math.floor(86_400 * (part + 0.06 * Math.sin(2 * Math.PI * part))));
    const eventTime = `${new Date((start + seconds) * 1000).toISOString().slice(0, 19)}Z`;
    if (eventTime !== last) yield* inOrder(second);
    if (eventTime !== last) second = [];
    last = eventTime;
    const actor = actors.pick(random);
    const kind = random.next();
    const action =
      (kind < dataEvents
        ? DATA_ACTION
        : kind < dataEvents + RARE_SHARE
          ? RARE_ACTIONS[random.below(RARE_ACTIONS.length)]
          : MADE_ACTIONS[actions.pick(random)]) ?? DATA_ACTION;
    const pick = resources.get(action) ?? new SkewedPick(Math.min(action.resources, 5_000));
    resources.set(action, pick);
    const number = action === DATA_ACTION ? random.below(action.resources) : pick.pick(random);
    const region = REGIONS[actor % 7 === 0 ? random.below(REGIONS.length) : 0] ?? REGIONS[0];
    second.push({
      eventID: random.uuid(),
      eventTime,
      actor,
      action,
      resource: action.resource(number),
      region,
      session: random.below(sessionsOf(actor)),
      hour: Math.floor((start + seconds) / 3600),
      failed: random.next() < FAILED_SHARE,
      receipt: objects.next(accountOf(actor), region, start + seconds),
    });
  }
  yield* inOrder(second);
}

function inOrder(events: MadeEvent[]): MadeEvent[] {
  return events.sort((a, b) => (a.eventID < b.eventID ? -1 : 1));
}

/** Names of log objects, each with as many events as its account has in one. */
class LogObjects {
  readonly #random: Random;
  readonly #sizes: readonly number[];
  readonly #open = new Map<string, { key: string; version: string; window: number; events: number }>();

  constructor(random: Random, sizes: readonly number[]) {
    this.#random = random;
    this.#sizes = sizes;
  }

  next(account: string, region: string, seconds: number): Receipt {
    const place = `${account}/${region}`;
    const window = Math.floor(seconds / OBJECT_SECONDS);
    const size = this.#sizes[Number(account.slice(-2)) % this.#sizes.length] ?? 50;
    let object = this.#open.get(place);
    if (object === undefined || object.window !== window || object.events >= size) {
      const time = new Date((window + 1) * OBJECT_SECONDS * 1000).toISOString();
      const stamp = `${time.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
      const name = `${account}_CloudTrail_${region}_${stamp}_${this.#random.hex(16)}.json.gz`;
      const folder = time.slice(0, 10).replaceAll('-', '/');
      object = {
        key: `AWSLogs/${account}/CloudTrail/${region}/${folder}/${name}`,
        version: this.#random.hex(32),
        window,
        events: 0,
      };
      this.#open.set(place, object);
    }
    return { bucket: 'organization-trail', key: object.key, version: object.version, index: object.events++ };
  }
}

type ActorKind = 'role' | 'user' | 'service';

function kindOf(actor: number): ActorKind {
  if (actor % 5 === 1) return 'service';
  return actor % 12 === 7 ? 'user' : 'role';
}

function accountOf(actor: number): string {
  return String(111_122_223_300 + (actor % ACCOUNTS));
}

/** Frequent actors run on many machines. */
function sessionsOf(actor: number): number {
  return Math.max(1, Math.floor(60 / (actor + 1)));
}

function keyOf({ actor, session, hour }: MadeEvent): string {
  const random = new Random((actor * 1_000_003) ^ (session * 7_919) ^ (hour * 104_729));
  return `ASIA${random.hex(16).toUpperCase()}`;
}

function addressOf({ actor, session }: MadeEvent): string {
  if (actor % 3 === 2) return `203.0.113.${(actor + session) % 250}`;
  return `2001:db8:${(actor + 1).toString(16)}::${(session + 1).toString(16)}`;
}

function sessionOf({ actor, session }: MadeEvent): string {
  return `i-0${new Random(actor * 61 + session).hex(16)}`;
}

/** The event as CloudTrail writes it. */
export function madeRecord(event: MadeEvent): JsonObject {
  const { actor, action, resource, failed, receipt: _, ...rest } = event;
  const account = accountOf(actor);
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(event, account),
    eventTime: rest.eventTime,
    eventSource: action.source,
    eventName: action.name,
    awsRegion: rest.region,
    sourceIPAddress:
      kindOf(actor) === 'service' ? `${SERVICES[actor % SERVICES.length]}.amazonaws.com` : addressOf(event),
    userAgent:
      kindOf(actor) === 'service'
        ? `${SERVICES[actor % SERVICES.length]}.amazonaws.com`
        : (USER_AGENTS[actor % USER_AGENTS.length] ?? ''),
    ...(failed &&
      (actor % 3 === 0
        ? { errorCode: 'AccessDenied', errorMessage: 'User is not authorized to perform this action' }
        : { errorCode: 'ResourceNotFoundException', errorMessage: 'The resource does not exist' })),
    requestParameters: action.request(resource, account),
    responseElements: null,
    requestID: rest.eventID,
    eventID: rest.eventID,
    readOnly: action.readOnly,
    eventType: 'AwsApiCall',
    managementEvent: action !== DATA_ACTION,
    recipientAccountId: account,
    eventCategory: action === DATA_ACTION ? 'Data' : 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: action.source,
    },
  };
}

function identityOf(event: MadeEvent, account: string): JsonObject {
  const { actor } = event;
  switch (kindOf(actor)) {
    case 'service':
      return { type: 'AWSService', invokedBy: `${SERVICES[actor % SERVICES.length]}.amazonaws.com` };
    case 'user':
      return {
        type: 'IAMUser',
        principalId: `AIDA${actor}`,
        arn: `arn:aws:iam::${account}:user/user-${actor}`,
        accountId: account,
        accessKeyId: `AKIA${String(actor).padStart(16, '0')}`,
        userName: `user-${actor}`,
      };
    case 'role':
      return {
        type: 'AssumedRole',
        principalId: `AROA${actor}:${sessionOf(event)}`,
        arn: `arn:aws:sts::${account}:assumed-role/role-${actor}/${sessionOf(event)}`,
        accountId: account,
        accessKeyId: keyOf(event),
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: `AROA${actor}`,
            arn: `arn:aws:iam::${account}:role/role-${actor}`,
            accountId: account,
            userName: `role-${actor}`,
          },
          attributes: { creationDate: `${event.eventTime.slice(0, 13)}:00:00Z`, mfaAuthenticated: 'false' },
        },
      };
  }
}

/** The event as the functions read it. */
export function madeEvent(event: MadeEvent): CloudTrailEvent {
  const result = readEvent(madeRecord(event), event.receipt);
  if (!result.ok) throw new Error(`a made record can't be read: ${result.reason}`);
  return result.event;
}

/**
 * Summaries of made events, as summaryOf has them, at a tenth of its time: what an actor does with a resource is
 * classified once, and then filled in.
 */
export class SummaryMaker {
  readonly #known = new Map<string, EventSummary>();

  summary(event: MadeEvent): EventSummary {
    const { actor, action, resource, failed, region } = event;
    const name = `${actor}/${action.source}/${action.name}/${failed}/${region}`;
    let known = this.#known.get(name);
    if (known === undefined) {
      known = summaryOf(madeEvent({ ...event, resource: action.resource(0) }));
      this.#known.set(name, known);
    }
    const isRole = kindOf(actor) === 'role';
    const isService = kindOf(actor) === 'service';
    const made = {
      ...known,
      eventID: event.eventID,
      eventTime: event.eventTime,
      session: isRole ? sessionOf(event) : known.session,
      accessKeyId: isRole ? keyOf(event) : known.accessKeyId,
      address: isService ? known.address : addressOf(event),
      resources: known.resources.map((text) => text.replace(action.resource(0), resource)),
      receipt: event.receipt,
    };
    return { ...made, identity: eventIdentity(made) };
  }
}
