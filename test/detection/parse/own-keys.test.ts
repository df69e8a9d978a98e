import { compileRules } from '../../../lambda/detection/index.ts';
import { ruleOf } from '../support.ts';

const DETECTION = 's: { eventName: a }\ncondition: s';

function parsed(own: string) {
  const { detector, problems } = compileRules([ruleOf(DETECTION, `${own}\n`)]);
  return { problems: problems.map(({ message }) => message), match: detector.match({ eventName: 'a' })[0] };
}

describe('what a rule says under trailwarden', () => {
  test('is carried by its matches', () => {
    const { match, problems } = parsed('trailwarden: { findings: session, alert: joined }');
    expect(problems).toEqual([]);
    expect(match).toMatchObject({ per: 'session', joins: true });
  });

  test('is nothing, where it isn’t there', () => {
    const { match } = parsed('status: test');
    expect(match).not.toHaveProperty('per');
    expect(match).not.toHaveProperty('joins');
  });

  test('is rejected where it is mistyped', () => {
    expect(parsed('trailwarden: { finding: session, alert: own }').problems).toEqual([
      "trailwarden has no 'finding'",
      'alert can only be joined',
    ]);
    expect(parsed('trailwarden: session').problems).toEqual(["trailwarden must be a map, not the text 'session'"]);
  });

  test('is rejected in a correlation, whose findings are of windows', () => {
    const correlation = `title: C
trailwarden: { findings: session }
correlation: { type: event_count, rules: [A rule], group-by: [user], timespan: 10m, condition: { gte: 2 } }
`;
    const { problems } = compileRules([ruleOf(DETECTION), correlation]);
    expect(problems.map(({ message }) => message)).toEqual([
      'only a rule with a detection says something under trailwarden',
    ]);
  });

  test('makes another version of the rule', () => {
    const hashOf = (own: string) => parsed(own).match?.hash;
    expect(hashOf('trailwarden: { findings: session }')).not.toBe(hashOf('trailwarden: { alert: joined }'));
  });
});
