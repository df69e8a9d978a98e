/** The version of the Open Cybersecurity Schema Framework that is written. */
const VERSION = '1.8.0';

interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: { readonly uid: number; readonly name: string };
}

export const API_ACTIVITY: OcsfClass = {
  uid: 6003,
  name: 'API Activity',
  category: { uid: 6, name: 'Application Activity' },
};

export const DETECTION_FINDING: OcsfClass = {
  uid: 2004,
  name: 'Detection Finding',
  category: { uid: 2, name: 'Findings' },
};

/** An activity as its class numbers it. */
export interface Activity {
  readonly id: number;
  readonly name: string;
}

/** The members that say which class and activity this is. */
export function classMembers({ uid, name, category }: OcsfClass, activity: Activity) {
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: category.uid,
    category_name: category.name,
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activity.id,
    type_name: `${name}: ${activity.name}`,
  };
}

const SEVERITIES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** A level of Sigma as a severity. */
export function severityMembers(level: string) {
  const [severity_id, severity] = SEVERITIES[level] ?? [0, 'Unknown'];
  return { severity_id, severity };
}

export interface Product {
  readonly name: string;
  readonly vendor_name: string;
  readonly feature?: { readonly name: string };
}

export const TRAILWARDEN: Product = { name: 'Trailwarden', vendor_name: 'Trailwarden' };

/** @param uid the id of the event that is described. */
export function metadata(uid: string, product: Product) {
  return { version: VERSION, product, uid, profiles: ['cloud'] };
}
