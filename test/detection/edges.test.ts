import { compileRules } from '../../lambda/detection/index.ts';

const rule = (name: string, eventName: string, product = 'aws') => `
title: ${name}
name: ${name}
logsource: {product: ${product}${product === 'aws' ? ', service: cloudtrail' : ''}}
detection:
  selection:
    eventName: ${eventName}
  condition: selection
`;

const selection = (body: string, version = '') => `
title: t
${version}logsource: {product: aws, service: cloudtrail}
detection:
  selection:
${body}
  condition: selection
`;

const problemsOf = (text: string, options = {}) => compileRules([text], options).problems.map(({ message }) => message);

describe('a temporal correlation that names a rule for another log source', () => {
  const temporal = (condition: string) => `
title: both
correlation:
  type: temporal
  rules: [a, w]
  timespan: 1m
${condition}`;

  test('can never have all of its rules: it is skipped, and the rule beside it keeps its findings', () => {
    const { detector, problems, skipped } = compileRules([rule('a', 'A'), rule('w', 'W', 'windows'), temporal('')]);
    expect(problems).toEqual([]);
    expect(skipped.map(({ title }) => title).sort()).toEqual(['both', 'w']);
    expect(detector.match({ eventName: 'A' })).toHaveLength(1);
  });

  test('stays where fewer rules are enough', () => {
    const { skipped } = compileRules([rule('a', 'A'), rule('w', 'W', 'windows'), temporal('  condition: {gte: 1}\n')]);
    expect(skipped.map(({ title }) => title)).toEqual(['w']);
  });
});

describe('with sigma-version 3 a field name has no empty part', () => {
  test.each(['.foo', 'a..b', 'a.'])('%s', (name) => {
    expect(problemsOf(selection(`    ${name}: 1`, 'sigma-version: 3\n'))).toEqual([`'${name}' has an empty part`]);
  });
});

test('an empty keyword, which would match everything, is refused', () => {
  expect(problemsOf(selection("    - ''"))).toEqual(['an empty keyword would match every event']);
});

test('a value of a placeholder that is no text is refused', () => {
  const text = selection("    f|expand: '%accounts%'");
  expect(problemsOf(text, { placeholders: { accounts: [1] } })).toContain(
    "the placeholder 'accounts' of the configuration is not a list of texts",
  );
});

test('a correlation above another one names the events of both, from the first on', () => {
  const { detector, problems } = compileRules([
    rule('a', 'A'),
    rule('b', 'B'),
    'title: many\nname: many\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 5m\n  condition: {gte: 2}\n',
    'title: chain\ncorrelation:\n  type: temporal\n  rules: [many, b]\n  timespan: 5m\n',
  ]);
  expect(problems).toEqual([]);
  const findings = ['A', 'A', 'B'].flatMap((eventName, minute) => {
    const eventTime = `2026-11-20T14:0${minute}:00Z`;
    return detector.correlate({ eventID: `e-${minute}`, eventName, eventTime }, Date.parse(eventTime));
  });
  const [chain, ...others] = findings.filter(({ title }) => title === 'chain');
  expect(others).toEqual([]);
  expect(chain).toMatchObject({
    from: '2026-11-20T14:00:00.000Z',
    to: '2026-11-20T14:02:00.000Z',
    eventIDs: ['e-0', 'e-1', 'e-2'],
  });
});
