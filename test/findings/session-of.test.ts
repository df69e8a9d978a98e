import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { sessionOf } from '../../lambda/findings/session-of.ts';
import { ACCOUNT, iamUser, RECEIPT, record, root } from '../support/records.ts';

const { sessionContext: _, ...ROOT } = root();

function session(members: Parameters<typeof record>[0]): string | undefined {
  const read = readEvent(record(members), RECEIPT);
  if (!read.ok) throw new Error(read.reason);
  return sessionOf(read.event);
}

const signedIn = (creationDate: string, accessKeyId: string) => ({
  userIdentity: { ...root(), accessKeyId, sessionContext: { attributes: { creationDate } } },
});

describe('the session of a call', () => {
  test('is that of its sign-in, whichever key the console uses', () => {
    const one = session(signedIn('2026-11-20T09:00:12Z', 'ASIAONE'));
    expect(session(signedIn('2026-11-20T09:00:12Z', 'ASIATWO'))).toBe(one);
    expect(session(signedIn('2026-11-20T11:00:00Z', 'ASIAONE'))).not.toBe(one);
  });

  test('is of one actor: two who signed in at the same second have two', () => {
    const of = (name: string) => ({
      userIdentity: { ...iamUser(name), sessionContext: { attributes: { creationDate: '2026-11-20T09:00:12Z' } } },
    });
    expect(session(of('alice'))).not.toBe(session(of('bob')));
  });

  test('is of one name of a role’s session', () => {
    const of = (name: string) => ({
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/${name}`,
        accountId: ACCOUNT,
        accessKeyId: 'ASIAONE',
        sessionContext: { attributes: { creationDate: '2026-11-20T09:00:12Z' } },
      },
    });
    expect(session(of('ci'))).not.toBe(session(of('dana')));
  });

  test('is the day of a long-term key', () => {
    const at = (eventTime: string, accessKeyId = 'AKIAONE') =>
      session({ eventTime, userIdentity: { ...ROOT, accessKeyId } });
    expect(at('2026-11-20T00:00:00Z')).toBe(at('2026-11-20T23:59:59Z'));
    expect(at('2026-11-21T00:00:00Z')).not.toBe(at('2026-11-20T23:59:59Z'));
    expect(at('2026-11-20T00:00:00Z', 'AKIATWO')).not.toBe(at('2026-11-20T00:00:00Z'));
  });

  test('is the day of keys without a time of creation, and not one a key', () => {
    const of = (accessKeyId: string) => session({ userIdentity: { ...ROOT, accessKeyId } });
    expect(of('ASIAONE')).toBe(of('ASIATWO'));
  });

  test('is none of a sign-in: each is told', () => {
    expect(session({ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin' })).toBeUndefined();
  });
});
