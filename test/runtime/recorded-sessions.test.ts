import { RecordedSessions } from '../../lambda/runtime/recorded-sessions.ts';
import { finding } from '../support/findings.ts';

const ofSession = (eventID: string) => finding({ findingId: 'of-a-session', per: 'session', eventID });

test('a further event of a session is of one that is recorded', () => {
  const sessions = new RecordedSessions();
  expect(sessions.isOfAnother(ofSession('e-1'))).toBe(false);
  sessions.note(ofSession('e-1'), 'e-1');
  expect(sessions.isOfAnother(ofSession('e-2'))).toBe(true);
});

test('the event that was recorded is recorded again, which mends an alert that was left', () => {
  const sessions = new RecordedSessions();
  sessions.note(ofSession('e-2'), 'e-1');
  expect(sessions.isOfAnother(ofSession('e-1'))).toBe(false);
  expect(sessions.isOfAnother(ofSession('e-2'))).toBe(true);
});

test('a finding that stands for its event alone is never of another', () => {
  const sessions = new RecordedSessions();
  const { per: _, ...alone } = ofSession('e-1');
  sessions.note(alone, 'e-1');
  expect(sessions.isOfAnother({ ...alone, eventID: 'e-2' })).toBe(false);
});
