import type { Receipt } from '../cloudtrail/cloudtrail-event.ts';
import {
  actorObject,
  type Caller,
  cloudObject,
  endpointObject,
  requestMembers,
  resourceObjects,
} from './ocsf-caller.ts';
import { type Activity, API_ACTIVITY, classMembers, metadata, severityMembers } from './ocsf-class.ts';

/** What an API Activity tells of an event. */
export interface ApiCall extends Caller {
  readonly eventID: string;
  readonly identity: string;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly account: string;
  readonly awsRegion: string;
  readonly access: string;
  readonly category: string;
  readonly credential: string;
  readonly outcome: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly resources: readonly string[];
  readonly receipt: Receipt;
}

/** An event as an OCSF API Activity (class 6003). What OCSF has no member for is in `unmapped`. */
export function apiActivity(event: ApiCall): Readonly<Record<string, unknown>> {
  const { errorCode, errorMessage, eventName, awsRegion, resources, outcome } = event;
  const isFailure = outcome !== 'success';
  const status = isFailure ? { status_id: 2, status: 'Failure' } : { status_id: 1, status: 'Success' };
  const error = {
    ...(errorCode !== undefined && { error: errorCode }),
    ...(errorMessage !== undefined && { error_message: errorMessage }),
  };
  return {
    ...classMembers(API_ACTIVITY, activityOf(event)),
    ...severityMembers('informational'),
    ...status,
    ...(errorCode !== undefined && { status_code: errorCode }),
    ...(errorMessage !== undefined && { status_detail: errorMessage }),
    time: Date.parse(event.eventTime),
    metadata: metadata(event.eventID, {
      name: 'CloudTrail',
      vendor_name: 'AWS',
      feature: { name: event.category },
    }),
    cloud: cloudObject(event.account, awsRegion),
    actor: actorObject(event),
    api: {
      operation: eventName,
      service: { name: event.eventSource },
      ...(Object.keys(error).length > 0 && { response: error }),
    },
    // The class requires one.
    src_endpoint: endpointObject(event) ?? { name: 'unknown' },
    ...requestMembers(event),
    ...(resources.length > 0 && { resources: resourceObjects(resources, awsRegion) }),
    unmapped: {
      identity: event.identity,
      access: event.access,
      outcome,
      credential: event.credential,
      receipt: event.receipt,
    },
  };
}

const READ: Activity = { id: 2, name: 'Read' };
const UPDATE: Activity = { id: 3, name: 'Update' };

/** First words of names of calls. Any other call that isn't a read is an update. */
const CREATES = /^(Create|Run|Allocate|Register|Issue|Generate|Launch|Import|Copy|Provision|Upload)(?![a-z])/;
const DELETES = /^(Delete|Terminate|Remove|Deregister|Release|Purge|Revoke|Destroy)(?![a-z])/;

function activityOf({ access, eventName }: ApiCall): Activity {
  if (access === 'read' || access === 'list') return READ;
  if (CREATES.test(eventName)) return { id: 1, name: 'Create' };
  if (DELETES.test(eventName)) return { id: 4, name: 'Delete' };
  return UPDATE;
}
