import { parseRules } from '../../../lambda/detection/index.ts';
import { BASE, correlationOf } from './support.ts';

const RULES = [
  BASE,
  correlationOf(
    'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 1m\ncondition: { gte: 2 }',
    'title: C\nname: c_name\nid: c-id\n',
  ),
  correlationOf(
    'type: event_count\nrules: [c_name]\ngroup-by: [user]\ntimespan: 1h\ncondition: { gte: 2 }',
    'title: D\nid: d-id\n',
  ),
  correlationOf(
    'type: event_count\nrules: [b]\ngroup-by: [user]\ntimespan: 1h\ncondition: { gte: 2 }',
    'title: E\nid: e-id\n',
  ),
];

function hashes(texts: readonly string[]): Map<string, string> {
  const { ruleSet, problems } = parseRules(texts.map((text) => ({ text })));
  expect(problems).toEqual([]);
  return new Map(ruleSet.rules.map(({ metadata }) => [metadata.id, metadata.hash]));
}

describe('the hash of a correlation', () => {
  const before = hashes(RULES);

  it('is the same for the same rules', () => {
    expect(hashes(RULES)).toEqual(before);
  });

  it('changes with a rule that it names, at once or over another correlation', () => {
    const after = hashes(RULES.map((text) => text.replace('eventName: a', 'eventName: other')));
    const changed = [...before].flatMap(([id, hash]) => (after.get(id) === hash ? [] : [id]));
    expect(changed).toEqual(['id-a', 'c-id', 'd-id']);
  });

  it('changes with a filter of a rule that it names', () => {
    const filter = `title: F
logsource: { product: aws, service: cloudtrail }
filter: { rules: [a], pipeline: { user: p }, condition: not pipeline }
`;
    const after = hashes([...RULES, filter]);
    expect(after.get('c-id')).not.toBe(before.get('c-id'));
    expect(after.get('e-id')).toBe(before.get('e-id'));
  });
});
