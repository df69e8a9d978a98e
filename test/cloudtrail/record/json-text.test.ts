import fc from 'fast-check';
import { jsonTokens, layOutJson } from '../../../lambda/cloudtrail/record/json-text.ts';
import { redactedTokens } from '../../../lambda/cloudtrail/record/redact-json.ts';
import { redact } from '../../../lambda/cloudtrail/record/secrets.ts';
import type { JsonValue } from '../../../lambda/shared/json.ts';

const names = fc.constantFrom('a', 'name', 'value', 'password', 'environment', 'accessKeyId', 'token', 'key', 'x"y\\');
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.string(),
    fc.constantFrom('DB_PASSWORD', '***', ''),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('JSON laid out token by token', () => {
  test('is what JSON.stringify makes of its own', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, 2), fc.constantFrom(undefined, 3), (json, indent, before) => {
        const text = JSON.stringify(json, undefined, before);
        expect(layOutJson(jsonTokens(text), indent)).toBe(JSON.stringify(json, undefined, indent));
      }),
    );
  });

  test('hides the secrets that are hidden in a value', () => {
    fc.assert(
      fc.property(value, (json) => {
        expect(JSON.parse(layOutJson(redactedTokens(JSON.stringify(json))))).toEqual(redact(json, ''));
      }),
    );
  });

  test('hides every one of the members that are repeated', () => {
    expect(layOutJson(redactedTokens('{"password":"one","password":"two"}'))).toBe(
      '{"password":"***","password":"***"}',
    );
  });
});
