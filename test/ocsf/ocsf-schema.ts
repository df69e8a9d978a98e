import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';

const CLASSES = { 2004: 'detection-finding', 6003: 'api-activity' } as const;

// The schemas mark what is deprecated, and allow no member that the class hasn't.
const ajv = new Ajv2020({ strict: false, allErrors: true });
const validators = new Map(
  Object.entries(CLASSES).map(([uid, name]) => {
    const schema = JSON.parse(readFileSync(join(__dirname, `schemas/${name}-1.8.0.json`), 'utf8'));
    return [Number(uid), ajv.compile(schema)];
  }),
);

/** What the schema of its class says against it; empty where it is valid. */
export function ocsfFaults(json: unknown): readonly string[] {
  const written: unknown = JSON.parse(JSON.stringify(json));
  const uid = typeof written === 'object' && written !== null && 'class_uid' in written ? written.class_uid : undefined;
  const validate = validators.get(Number(uid));
  if (validate === undefined) return [`no class ${uid}`];
  if (validate(written)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
