import * as fc from 'fast-check';
import { readPlainly } from '../../../lambda/cloudtrail/record/read-plainly.ts';
import { readBySchema } from '../../../lambda/cloudtrail/record/read-record.ts';
import type { JsonObject, JsonValue } from '../../../lambda/shared/json.ts';
import { assumedRole, iamUser, record, root } from '../../support/records.ts';

const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, '', 'true', 'FALSE', 'yes', 0, 11122223333, true, false, [], {}, ['x'], { a: 1 }),
  fc.constantFrom('2026-11-20T14:03:00Z', '2026-11-20T15:03:00.5+01:00', '2026-13-20T14:03:00Z', '2026-11-20'),
  fc.string({ maxLength: 5 }),
);

/** Paths of objects and of their members. */
function pathsOf(value: JsonValue, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name])),
  ];
}

function withMember(value: JsonObject, [name, ...below]: readonly string[], member: JsonValue | undefined): JsonObject {
  if (name === undefined) return value;
  if (below.length > 0) {
    const inner = value[name];
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isObject ? { ...value, [name]: withMember(inner, below, member) } : value;
  }
  if (member !== undefined) return { ...value, [name]: member };
  const { [name]: _, ...others } = value;
  return others;
}

const NAMES = [
  'eventVersion',
  'errorCode',
  'errorMessage',
  'sharedEventID',
  'sessionCredentialFromConsole',
  'insightDetails',
  'serviceEventDetails',
  'managementEvent',
].map((name) => [name]);
const identities = [
  root(),
  iamUser('ada'),
  assumedRole('Deploy', 'session'),
  { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u', identityStoreArn: 'a' } },
];

const changed = fc.constantFrom(...identities.map((userIdentity) => record({ userIdentity }))).chain((whole) =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(whole), ...NAMES), fc.option(odd, { nil: undefined })), {
      maxLength: 4,
    })
    .map((changes) => changes.reduce((members, [path, member]) => withMember(members, path, member), whole)),
);

test('a record that is read without the schema is read as the schema reads it', () => {
  let read = 0;
  fc.assert(
    fc.property(changed, (members) => {
      const plain = readPlainly(members);
      if (plain === undefined) return;
      read++;
      expect({ success: true, data: plain }).toEqual(readBySchema(members));
    }),
    { numRuns: 3_000 },
  );
  expect(read).toBeGreaterThan(500);
});

test.each(identities)('a usual record doesn’t need the schema: $type', (userIdentity) => {
  expect(readPlainly(record({ userIdentity }))).toBeDefined();
});
