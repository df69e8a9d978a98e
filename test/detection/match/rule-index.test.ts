import fc from 'fast-check';
import { compileDetection } from '../../../lambda/detection/compile/compile-detection.ts';
import { createDetector, parseRules } from '../../../lambda/detection/index.ts';
import { Needles } from '../../../lambda/detection/match/needles.ts';
import { Paths, Scope } from '../../../lambda/detection/match/record-scope.ts';
import { detectorOf, ruleOf, selectionOf } from '../support.ts';

const NAMES = ['CreateUser', 'DeleteUser', 'createuser', 'ListBuckets', 'x'];
const SOURCES = ['iam.amazonaws.com', 's3.amazonaws.com'];
const AGENTS = ['aws-cli', 'Boto3', 'curl ſk', 'CURL SK', 'x'];

/** A YAML list or single value of texts in quotes. */
const yamlOf = (values: readonly string[]) =>
  fc
    .oneof(fc.constantFrom(...values), fc.array(fc.constantFrom(...values), { minLength: 2, maxLength: 3 }))
    .map((v) => JSON.stringify(v));

const entry = fc.oneof(
  fc.tuple(fc.constantFrom('eventName', 'eventName|cased', 'eventName|neq'), yamlOf(NAMES)),
  fc.tuple(
    fc.constantFrom('eventName|contains', 'eventName|startswith', 'eventName|endswith'),
    yamlOf(['user', 'Create', 'eat', 'ĸ', 'Us*r']),
  ),
  fc.tuple(fc.constant('eventName|contains|all'), fc.constantFrom('[Create, User]', "['*', list]")),
  fc.tuple(fc.constantFrom('eventSource', 'eventSource|startswith'), yamlOf(SOURCES)),
  fc.tuple(fc.constantFrom('agent', 'agent|contains', 'l.agent', 'agent|windash'), yamlOf([...AGENTS, '-', ''])),
  fc.tuple(
    fc.constantFrom('agent|re', 'agent|re|i', 'l.agent|re'),
    fc.constantFrom("'boto\\d'", "'^aws.cli$'", "'(?i)CLI'", "'curl s+k?'", "'c?url [sS]k'", "'a|b'", "'.*-cli'"),
  ),
  fc.tuple(fc.constantFrom('eventName|exists', 'agent|exists'), fc.constantFrom('true', 'false')),
  fc.constant(['eventName', 'null'] as [string, string]),
  fc.constant(['eventName|fieldref', 'agent'] as [string, string]),
);

const selection = fc.oneof(
  fc
    .uniqueArray(entry, { minLength: 1, maxLength: 3, selector: ([key]) => key })
    .map((entries) => `{ ${entries.map(([k, v]) => `"${k}": ${v}`).join(', ')} }`),
  fc
    .array(entry, { minLength: 1, maxLength: 3 })
    .map((entries) => `[${entries.map(([k, v]) => `{ "${k}": ${v} }`).join(', ')}]`),
  fc.constantFrom('[user]', "{ '|all': [create, x] }", '[{ eventName: x }, user]'),
);

const condition = fc.constantFrom(
  's1',
  's1 and s2',
  's1 or s2',
  's1 and not s2',
  'not s1',
  '1 of s*',
  'all of s*',
  '2 of them',
  's1 or (s2 and s3)',
  '[s1, s2 and s3]',
);

const rule = fc
  .tuple(selection, selection, selection, condition)
  .map(([a, b, c, when]) => `s1: ${a}\ns2: ${b}\ns3: ${c}\ncondition: ${when}`);

const agent = fc.oneof(
  fc.constantFrom(...AGENTS),
  fc.constant(null),
  fc.constant(7),
  fc.array(fc.constantFrom(...AGENTS), { maxLength: 2 }),
);
const record = fc.record(
  {
    eventName: fc.oneof(
      fc.constantFrom(...NAMES),
      fc.constant(null),
      fc.array(fc.constantFrom(...NAMES), { maxLength: 2 }),
      fc.constant({ x: 'CreateUser' }),
    ),
    eventSource: fc.oneof(fc.constantFrom(...SOURCES), fc.constant(1)),
    agent,
    l: fc.array(fc.record({ agent }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

describe('the index', () => {
  it('never changes a verdict: its candidates hold all that a full scan matches', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 8 }),
        fc.array(record, { minLength: 1, maxLength: 8 }),
        (rules, records) => {
          const texts = rules.map((text, i) => ({ text: ruleOf(text, `id: r${i}\n`) }));
          const { ruleSet, problems } = parseRules(texts);
          expect(problems).toEqual([]);
          const detector = createDetector(ruleSet);
          for (const one of records) {
            const scanned = ruleSet.rules.filter((candidate) => {
              if (candidate.kind !== 'detection') return false;
              const paths = new Paths(true);
              const compiled = compileDetection(candidate.detection, paths);
              return compiled.test(new Scope(paths).enter(one));
            });
            const indexed = detector.match(one).map(({ ruleId }) => ruleId);
            expect(indexed).toEqual(scanned.map(({ metadata }) => metadata.id));
            for (const { metadata } of ruleSet.rules) {
              expect(detector.explain(metadata.id, one)?.verdict).toBe(indexed.includes(metadata.id));
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    ['eventName: a', true],
    ['eventSource: a', true],
    ['eventName|startswith: Create', true],
    ['userAgent|contains: tool', true],
    ["userAgent|re: '.+:assumed-role/x:.+'", true],
    ['- eventName: a\n- eventName: b', true],
    ['- eventName: a\n- eventName|endswith: b', true],
    ['- eventName: a\n- eventSource: b', false],
    ['eventName|neq: a', false],
    ["userAgent|re: 'a|b'", false],
    ['userAgent|contains: ä', false],
    ['eventName|exists: true', false],
    ['trailwarden.access: write', false],
    ['- keyword', false],
  ])('places %s: %s', (text, placed) => {
    expect(detectorOf(selectionOf(text)).rules[0]?.indexed).toBe(placed);
  });

  it('returns matches in the order of the rules', () => {
    const rules = ['f|exists: true', 'eventName: a', 'eventSource: b', "f: '*'"].map((text, i) =>
      selectionOf(text, `id: r${i}\n`),
    );
    const found = detectorOf(rules).match({ f: 1, eventName: 'a', eventSource: 'b' });
    expect(found.map(({ ruleId }) => ruleId)).toEqual(['r0', 'r1', 'r2', 'r3']);
  });
});

describe('Needles', () => {
  it('find each text that occurs, and no other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 12 });
    const needle = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(needle, { maxLength: 12 }), text, (needles, haystack) => {
        const found = new Set<string>();
        new Needles(new Map(needles.map((one) => [one, [one]]))).search(haystack, (one) => found.add(one));
        expect([...found].sort()).toEqual(needles.filter((one) => haystack.includes(one)).sort());
      }),
    );
  });
});
