import { compileRules, formatProblem } from '../../library/detection.ts';
import { record, root } from '../support/records.ts';

const ROOT = `
title: Root was used
level: high
logsource: { product: aws, service: cloudtrail }
detection:
  root: { trailwarden.actor.kind: root, trailwarden.credential: temporary }
  condition: root
`;

const FAILED = `
title: Failed call
name: failed
logsource: { product: aws, service: cloudtrail }
detection: { failed: { trailwarden.outcome: denied }, condition: failed }
---
title: Many failed calls
correlation:
  type: event_count
  rules: [failed]
  group-by: [trailwarden.actor.id]
  timespan: 10m
  condition: { gte: 2 }
`;

describe('the library', () => {
  test('matches a record alone, its classification included', () => {
    const { detector, problems, skipped } = compileRules([ROOT]);
    expect(problems).toEqual([]);
    expect(skipped).toEqual([]);
    expect(detector.match(record())).toEqual([]);
    expect(detector.match(record({ userIdentity: root() }))).toEqual([
      expect.objectContaining({
        title: 'Root was used',
        level: 'high',
        matched: [
          { field: 'trailwarden.actor.kind', value: 'root' },
          { field: 'trailwarden.credential', value: 'temporary' },
        ],
      }),
    ]);
  });

  test('feeds correlations, and returns what fires now', () => {
    const { detector } = compileRules([FAILED]);
    const failed = (eventTime: string) => record({ errorCode: 'AccessDenied', eventTime });
    const [first, second] = [failed('2026-11-20T14:00:00Z'), failed('2026-11-20T14:05:00Z')];
    expect(detector.correlate(first, new Date('2026-11-20T14:06:00Z'))).toEqual([]);
    expect(detector.correlate(first, new Date('2026-11-20T14:07:00Z'))).toEqual([]);
    expect(detector.correlate(second, new Date('2026-11-20T14:08:00Z'))).toEqual([
      expect.objectContaining({
        title: 'Many failed calls',
        group: { 'trailwarden.actor.id': 'arn:aws:iam::111122223333:user/alice' },
        value: 2,
        eventIDs: [first.eventID, second.eventID],
      }),
    ]);
  });

  test('has no classification of what is no CloudTrail record, and matches it all the same', () => {
    const { detector } = compileRules([
      ROOT,
      'title: x\nlogsource: { product: aws }\ndetection: { a: { b: c }, condition: a }\n',
    ]);
    expect(detector.match({ b: 'C' }).map(({ title }) => title)).toEqual(['x']);
  });

  test('lets a program classify records in its own way', () => {
    const { detector } = compileRules([ROOT], { derive: () => ({ actor: { kind: 'root' }, credential: 'temporary' }) });
    expect(detector.match({})).toHaveLength(1);
  });

  test('says what is wrong with a rule, and compiles the others', () => {
    const broken = ROOT.replace('condition: root', 'condition: rot');
    const { detector, problems } = compileRules([ROOT, { file: 'broken.yml', text: broken }]);
    expect(detector.rules.map(({ title }) => title)).toEqual(['Root was used']);
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/^broken\.yml:7:\d+: .*rot.*did you mean.*root/),
    ]);
  });

  test('skips rules for other log sources, unless it shall judge by them all', () => {
    const windows = ROOT.replace('product: aws, service: cloudtrail', 'product: windows, category: process_creation');
    expect(compileRules([windows]).skipped).toEqual([
      expect.objectContaining({ title: 'Root was used', reason: 'logsource' }),
    ]);
    const { detector } = compileRules([windows], { anyLogsource: true });
    expect(detector.match(record({ userIdentity: root() }))).toHaveLength(1);
  });
});
