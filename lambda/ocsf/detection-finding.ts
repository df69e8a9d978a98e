import type { Receipt } from '../cloudtrail/cloudtrail-event.ts';
import type { CorrelatedEvents, ShownField } from '../findings/finding.ts';
import { attackObjects } from './attack-objects.ts';
import {
  actorObject,
  type Caller,
  cloudObject,
  endpointObject,
  requestMembers,
  resourceObjects,
} from './ocsf-caller.ts';
import {
  type Activity,
  classMembers,
  DETECTION_FINDING,
  metadata,
  severityMembers,
  TRAILWARDEN,
} from './ocsf-class.ts';

/** What a Detection Finding tells: of one finding, of an alert for several, or of a storm of alerts. */
export interface Detection {
  readonly uid: string;
  readonly title: string;
  /** One line for people; the title where it is left out. */
  readonly message?: string;
  readonly description?: string;
  readonly level: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** It tells more of a finding that was told before. */
  readonly isUpdate?: boolean;
  /** Whether somebody was, or is to be, told. */
  readonly isAlert?: boolean;
  /** How many findings, or alerts, it stands for. */
  readonly count?: number;
  /** Milliseconds since 1970. */
  readonly createdAt?: number;
  readonly alertId?: string;
  readonly account?: string;
  readonly region?: string;
  readonly rule?: DetectingRule;
  readonly event?: DetectedEvent;
}

interface DetectingRule {
  readonly id: string;
  readonly title: string;
  readonly hash?: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
}

interface DetectedEvent extends Omit<Caller, 'actor'> {
  readonly actor?: string;
  readonly eventID?: string;
  /** `fsx:TagResource`. */
  readonly action?: string;
  readonly resources: readonly string[];
  readonly receipt?: Receipt;
  readonly matched?: readonly ShownField[];
  readonly correlation?: CorrelatedEvents;
}

const CREATE: Activity = { id: 1, name: 'Create' };
const UPDATE: Activity = { id: 2, name: 'Update' };

/** As an OCSF Detection Finding (class 2004). */
export function detectionFinding(detection: Detection): Readonly<Record<string, unknown>> {
  const { uid, title, level, time, isUpdate = false, isAlert, count, account, region, event, alertId } = detection;
  return {
    ...classMembers(DETECTION_FINDING, isUpdate ? UPDATE : CREATE),
    ...severityMembers(level),
    status_id: 1,
    status: 'New',
    time,
    message: detection.message ?? title,
    metadata: {
      ...metadata(uid, TRAILWARDEN),
      ...(alertId !== undefined && alertId !== uid && { correlation_uid: alertId }),
    },
    ...(count !== undefined && { count }),
    ...(isAlert !== undefined && { is_alert: isAlert }),
    finding_info: findingInfo(detection),
    cloud: cloudObject(account, region),
    ...(event !== undefined && {
      ...(event.resources.length > 0 && { resources: resourceObjects(event.resources, region) }),
      evidences: [evidence(event)],
    }),
  };
}

function findingInfo({ uid, title, description, createdAt, rule, event }: Detection) {
  const { correlation } = event ?? {};
  const attacks = attackObjects(rule?.tags ?? []);
  return {
    uid,
    title,
    ...(description !== undefined && { desc: description }),
    ...(createdAt !== undefined && { created_time: createdAt }),
    ...(correlation !== undefined && {
      first_seen_time: Date.parse(correlation.from),
      last_seen_time: Date.parse(correlation.to),
      related_events_count: correlation.eventIDs.length,
      related_events: correlation.eventIDs.map((eventID) => ({ uid: eventID })),
    }),
    ...(rule !== undefined && {
      analytic: {
        uid: rule.id,
        name: rule.title,
        type_id: 1,
        type: 'Rule',
        ...(rule.hash !== undefined && { version: rule.hash }),
      },
      ...(attacks.length > 0 && { attacks }),
      types: rule.tags,
      ...(rule.references[0] !== undefined && { src_url: rule.references[0] }),
    }),
  };
}

function evidence({ actor, action, eventID, receipt, matched, correlation, ...caller }: DetectedEvent) {
  const [service = '', operation = ''] = action?.split(':') ?? [];
  const endpoint = endpointObject({ ...caller, actor: '' });
  return {
    ...(actor !== undefined && { actor: actorObject({ ...caller, actor }) }),
    ...(operation !== '' && { api: { operation, service: { name: service } } }),
    ...(endpoint !== undefined && { src_endpoint: endpoint }),
    ...requestMembers({ ...caller, actor: '' }),
    data: { eventID, receipt, matched, ...(correlation !== undefined && { correlation }) },
  };
}
