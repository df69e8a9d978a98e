import { record } from '../support/records.ts';
import { detectorOf, ruleOf } from './support.ts';

const WRITES = ruleOf('{ selection: { trailwarden.access: write, eventName: CreateUser }, condition: selection }');
const created = record({ eventName: 'CreateUser' });

function judged(yaml: string, judge: object): { asked: number; matches: number } {
  let asked = 0;
  const { matches } = detectorOf(yaml).judge(judge, 0, () => {
    asked++;
    return { access: 'write' };
  });
  return { asked, matches: matches.length };
}

test('a record is classified where a rule that may match reads the classification', () => {
  expect(judged(WRITES, created)).toEqual({ asked: 1, matches: 1 });
});

test('a record that no rule can match isn’t classified', () => {
  expect(judged(WRITES, record({ eventName: 'DeleteUser' }))).toEqual({ asked: 0, matches: 0 });
});

test('what needs no classification is asked first, wherever the rule has it', () => {
  const yaml = ruleOf(
    '{ first: { trailwarden.access: write }, second: { eventName: CreateUser, awsRegion: none }, condition: first and second }',
  );
  expect(judged(yaml, created)).toEqual({ asked: 0, matches: 0 });
});

test('judging says what matching and asking for memberships say', () => {
  const detector = detectorOf(WRITES);
  const derived = { access: 'write' };
  expect(detector.judge(created, 0, derived)).toEqual({
    matches: detector.match(created, derived),
    memberships: detector.memberships(created, 0, derived),
  });
  expect(detector.match(created, () => derived)).toHaveLength(1);
});
