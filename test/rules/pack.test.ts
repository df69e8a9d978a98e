import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseDocument } from 'yaml';
import { runSuite } from '../../cli/commands/rules/test-suite.ts';
import { createDetector } from '../../lambda/detection/index.ts';
import { PLACEHOLDERS, packPlaceholders } from '../../rules/placeholders.ts';
import { derive, PACK, packFiles, packSources, parsePack } from './pack.ts';

const { ruleSet, problems, skipped } = parsePack();
const rules = ruleSet.rules.map(({ kind, metadata }) => ({ kind, ...metadata }));
const findings = rules.filter(({ finding }) => finding);
const titles = (some: readonly { title: string }[]) => some.map(({ title }) => title);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The categories of the events that a rule finds in the tests beside it. */
function categoriesFound(rule: string): ReadonlySet<string | undefined> {
  const content: unknown = parseDocument(readFileSync(rule.replace(/\.yml$/, '.test.yml'), 'utf8')).toJS();
  type Event = { eventCategory?: string };
  const { defaults, tests } = content as { defaults?: Event; tests: { match?: boolean; event?: Event }[] }; // runSuite has checked its form
  const found = tests.filter(({ match }) => match);
  return new Set(found.map(({ event }) => event?.eventCategory ?? defaults?.eventCategory));
}

describe('the default pack', () => {
  test('is read without a problem, all of it', () => {
    expect(problems).toEqual([]);
    expect(skipped).toEqual([]);
  });

  test('is found by the service, name or caller of an event, and never looked through rule by rule', () => {
    const unplaced = createDetector(ruleSet).rules.filter(({ kind, indexed }) => kind === 'detection' && !indexed);
    expect(titles(unplaced)).toEqual([]);
  });

  test('has a UUID of its own for every rule', () => {
    expect(rules.filter(({ id }) => !UUID.test(id))).toEqual([]);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  test('has a title of its own for every rule', () => {
    expect(new Set(titles(rules)).size).toBe(rules.length);
  });

  test('names author, date, status, references and tags of every rule', () => {
    const lacking = rules.filter(
      ({ author, date, status, references, tags }) =>
        author !== 'Trailwarden' ||
        date === undefined ||
        status === undefined ||
        references.length === 0 ||
        !tags.some((tag) => /^attack\.[a-z-]+$/.test(tag)),
    );
    expect(titles(lacking)).toEqual([]);
  });

  test('says of every finding what it means, what to do first and when it may be harmless', () => {
    const lacking = findings.filter(
      ({ description = '', falsepositives }) => !/\n\nFirst: /.test(description) || falsepositives.length === 0,
    );
    expect(titles(lacking)).toEqual([]);
  });

  test('pages nobody for the benchmark, of which it has the controls 4.1 to 4.15, each once', () => {
    const controls = rules.filter(({ file }) => file.startsWith('compliance/'));
    expect(new Set(controls.map(({ level }) => level))).toEqual(new Set(['informational']));
    const numbers = controls.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith('cis.')));
    expect(numbers.toSorted()).toEqual(Array.from({ length: 15 }, (_, i) => `cis.4.${i + 1}`).toSorted());
  });

  test.each([
    ['needs.data-events', 'Data', /needs? data events/i],
    ['needs.network-activity-events', 'NetworkActivity', /needs? network activity events/i],
  ])('says of rules that need other events than those of management that they do: %s', (tag, category, sentence) => {
    const needing = rules.filter(({ tags }) => tags.includes(tag));
    expect(needing.length).toBeGreaterThan(1);
    for (const { description } of needing) expect(description?.replaceAll(/\s+/g, ' ')).toMatch(sentence);
    const others = packFiles(/(?<!\.test)\.yml$/).filter((path) => {
      const found = categoriesFound(path);
      return found.size === 1 && found.has(category);
    });
    const named = new Set(needing.map(({ file }) => file));
    expect([...named].sort()).toEqual(others.map((path) => relative(PACK, path)).sort());
  });

  test('has defaults for exactly the placeholders that it uses', () => {
    const used = packSources().flatMap(({ text }) => [...text.matchAll(/%([\w-]+)%/g)].map(([, name]) => name));
    expect([...new Set(used)].sort()).toEqual(Object.keys(PLACEHOLDERS).sort());
    expect(Object.keys(packPlaceholders()).sort()).toEqual(Object.keys(PLACEHOLDERS).sort());
  });

  test("takes the deployment's name and what is configured into its placeholders", () => {
    const values = packPlaceholders({
      deployment: 'blue',
      placeholders: { allowed_regions: ['eu-west-1'], ours: ['x'] },
    });
    expect(values).toMatchObject({ trailwarden_deployment: ['blue'], allowed_regions: ['eu-west-1'], ours: ['x'] });
    expect(values.log_buckets).toContain('blue-logs-*');
  });
});

describe('the tests beside the rules', () => {
  test('all pass', async () => {
    const suite = await runSuite([PACK], packPlaceholders());
    const failed = suite.files.flatMap(({ testFile, outcomes }) =>
      outcomes.flatMap(({ name, failure }) =>
        failure === undefined ? [] : `${relative(PACK, testFile)}: ${name}: ${failure}`,
      ),
    );
    expect({ failed, problems: suite.problems, untested: titles(suite.untested), orphans: suite.orphans }).toEqual({
      failed: [],
      problems: [],
      untested: [],
      orphans: [],
    });
  }, 60_000);

  test.each(packFiles(/(?<!\.test)\.yml$/).map((path) => relative(PACK, path)))(
    'of %s hold at least three events that it speaks about and three that it does not',
    (file) => {
      const content: unknown = parseDocument(
        readFileSync(`${PACK}/${file}`.replace(/\.yml$/, '.test.yml'), 'utf8'),
      ).toJS();
      const { tests } = content as { tests: { match?: boolean; findings?: number }[] }; // runSuite has checked its form
      const speaks = tests.filter(({ match, findings: count = 0 }) => match ?? count > 0);
      expect(speaks.length).toBeGreaterThanOrEqual(3);
      expect(tests.length - speaks.length).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('a user of the pack', () => {
  const id = '2330b77e-9d64-429e-8ded-3ffc2907b5be';
  const terminated = {
    eventVersion: '1.08',
    eventID: '0c0ffee0-0000-4000-8000-000000000001',
    eventTime: '2026-09-01T10:00:00Z',
    eventSource: 'appmesh.amazonaws.com',
    eventName: 'StreamAggregatedResources',
    awsRegion: 'eu-central-1',
    recipientAccountId: '210987654321',
    userIdentity: { type: 'AWSService', invokedBy: 'appmesh.amazonaws.com' },
    serviceEventDetails: {
      eventStatus: 'ConnectionTerminated',
      nodeArn: 'arn:aws:appmesh:eu-central-1:210987654321:mesh/shop/virtualNode/try',
    },
  };
  const found = (parsed: ReturnType<typeof parsePack>) =>
    createDetector(parsed.ruleSet, { derive })
      .match(terminated)
      .map(({ ruleId, level }) => ({ ruleId, level }));

  test('gets a finding of the level that the rule has', () => {
    expect(found(parsePack())).toEqual([{ ruleId: id, level: 'high' }]);
  });

  test('changes the level of a rule by its id', () => {
    expect(found(parsePack({ levels: { [id]: 'low' } }))).toEqual([{ ruleId: id, level: 'low' }]);
  });

  test('switches a rule off by its id', () => {
    expect(found(parsePack({ disabled: [id] }))).toEqual([]);
  });

  test('excludes what is known to be good by a filter in a folder of their own', () => {
    const filter = `title: The node for trying things out
logsource: { product: aws, service: cloudtrail }
filter:
  rules: [${id}]
  trying:
    serviceEventDetails.nodeArn|endswith: /virtualNode/try
  condition: not trying
`;
    expect(found(parsePack({}, [{ file: 'ours/filter.yml', text: filter }]))).toEqual([]);
  });
});
