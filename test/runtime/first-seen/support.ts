import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDetector, type Membership, parseRules } from '../../../lambda/detection/index.ts';
import type { Finding } from '../../../lambda/findings/finding.ts';
import type { FirstSeen } from '../../../lambda/runtime/first-seen/first-seen.ts';
import { type FirstSeenWiring, wireFirstSeen } from '../../../lambda/runtime/first-seen/wire-first-seen.ts';
import type { EmbeddedAws } from '../../support/embedded-aws.ts';

export const DAY = 86_400_000;
/** Noon of the first day. */
export const START = Date.UTC(2026, 10, 1, 12);

const RULE = (id: string, section: string) => `
title: A call
name: call_of_${id}
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventSource: iam.amazonaws.com}
  condition: selection
---
title: First call
id: ${id}
level: high
correlation:
  type: first_seen
  rules: [call_of_${id}]
  group-by: [user]
  fields: [call]
${section}
`;

export interface Event {
  /** Days after the first. */
  readonly day: number;
  readonly id: string;
  readonly user?: string;
  readonly call?: unknown;
}

/** One rule, over a table that other rules of the test file share: their ids keep them apart. */
export class Bed {
  readonly id: string;
  readonly detector;
  /** What was reported: finding ids, by value and event. */
  readonly reported = new Map<string, Set<string>>();
  readonly findings: Finding[] = [];
  readonly calls: string[] = [];
  readonly unreadable: string[] = [];
  leftOut = 0;
  now = START;
  firstDayOf: string | undefined = '2026-11-01';
  /** Called before each report. */
  beforeReport: () => void = () => {};
  readonly #aws: EmbeddedAws;
  readonly #client: DynamoDBDocumentClient;

  constructor(aws: EmbeddedAws, id: string, section = '  timespan: 3d\n  learning: 0d') {
    const { ruleSet, problems } = parseRules([{ text: RULE(id, section) }]);
    expect(problems).toEqual([]);
    this.id = id;
    this.detector = createDetector(ruleSet);
    this.#aws = aws;
    const client = DynamoDBDocumentClient.from(aws.clients.dynamodb, {
      marshallOptions: { removeUndefinedValues: true },
    });
    // A client of its own to count calls by: the emulator's is shared.
    this.#client = new Proxy(client, {
      get: (target, name, receiver) => {
        if (name !== 'send') return Reflect.get(target, name, receiver);
        return (command: { constructor: { name: string } }) => {
          this.calls.push(command.constructor.name.replace(/Command$/, ''));
          return Reflect.apply(target.send, target, [command]);
        };
      },
    });
  }

  get client(): DynamoDBDocumentClient {
    return this.#client;
  }

  get table(): string {
    return this.#aws.resources.tables.correlations;
  }

  /** What a new process starts with: it remembers nothing. */
  process(more: Partial<FirstSeenWiring> = {}): FirstSeen {
    return wireFirstSeen({
      documents: this.#client,
      table: this.table,
      detector: this.detector,
      ledger: { firstDayOf: async () => this.firstDayOf },
      report: async (finding) => {
        this.beforeReport();
        this.findings.push(finding);
        const value = finding.matched.map(({ value: text }) => String(text)).join(' ');
        const name = `${value}: ${finding.eventID}`;
        this.reported.set(name, (this.reported.get(name) ?? new Set()).add(finding.findingId));
      },
      onUnreadableRow: ({ reason }) => this.unreadable.push(reason),
      onLeftOut: () => {
        this.leftOut++;
      },
      now: () => new Date(this.now),
      ...more,
    });
  }

  memberships(events: readonly Event[]): Membership[] {
    return events.flatMap(({ day, id, user = 'u', call = 'c' }) => {
      const eventTime = new Date(START + day * DAY).toISOString();
      const record = { eventSource: 'iam.amazonaws.com', eventID: id, eventTime, user, call };
      const context = JSON.stringify({
        ...{ eventID: id, identity: id, eventTime, action: 'iam:X', account: '111122223333', region: 'us-east-1' },
        ...{ actor: user, actorKind: 'iam-user', credential: 'none', outcome: 'success', resources: [] },
        receipt: { bucket: 'b', key: 'k', version: 'v', index: 0 },
      });
      return this.detector
        .memberships(record, Date.parse(eventTime))
        .map(({ key, member }) => ({ key, member: { ...member, context } }));
    });
  }

  async observe(process: FirstSeen, ...events: readonly Event[]): Promise<void> {
    await process.observe(this.memberships(events));
  }

  /** What has been reported, in order; each value and event once. */
  get fired(): string[] {
    return [...this.reported.keys()];
  }
}
