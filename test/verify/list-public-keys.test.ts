import { CloudTrailClient, ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail';
import { mockClient } from 'aws-sdk-client-mock';
import { ListedPublicKeys } from '../../lambda/verify/list-public-keys.ts';
import { PublicKeys } from '../../lambda/verify/public-keys.ts';

const cloudTrail = mockClient(CloudTrailClient);
const key = (fingerprint: string) => ({ Fingerprint: fingerprint, Value: Buffer.from(fingerprint) });

beforeEach(() => cloudTrail.reset());

describe('CloudTrail’s public keys', () => {
  test('are asked for in the region of the digest, page by page', async () => {
    cloudTrail
      .on(ListPublicKeysCommand)
      .resolvesOnce({ PublicKeyList: [key('one')], NextToken: 'more' })
      .resolvesOnce({ PublicKeyList: [key('two'), {}] });
    const [from, to] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-03-02T00:00:00Z')];
    const keys = await new ListedPublicKeys({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }).list(
      'ap-south-1',
      from,
      to,
    );
    expect(keys.map(({ fingerprint }) => fingerprint)).toEqual(['one', 'two']);
    const calls = cloudTrail.commandCalls(ListPublicKeysCommand);
    expect(calls.map(({ args }) => args[0].input)).toEqual([
      { StartTime: from, EndTime: to },
      { StartTime: from, EndTime: to, NextToken: 'more' },
    ]);
    // The type of the mock's client hides its configuration.
    const client = calls[0]?.thisValue as CloudTrailClient | undefined;
    expect(await client?.config.region()).toBe('ap-south-1');
  });

  test('are kept: a fingerprint is asked for once, around the time of its digest', async () => {
    const asked: [string, string, string][] = [];
    const keys = new PublicKeys({
      list: async (region, from, to) => {
        asked.push([region, from.toISOString(), to.toISOString()]);
        return [{ fingerprint: 'one', value: Buffer.from('1') }];
      },
    });
    for (let time = 0; time < 3; time++) {
      expect(await keys.find('us-east-1', 'one', '2026-03-01T05:00:00Z')).toMatchObject({ fingerprint: 'one' });
    }
    expect(asked).toEqual([['us-east-1', '2026-03-01T03:00:00.000Z', '2026-03-01T07:00:00.000Z']]);
    expect(await keys.find('us-east-1', 'two', '2026-03-01T05:00:00Z')).toBeUndefined();
    await keys.find('eu-west-1', 'one', '2026-03-01T05:00:00Z');
    expect(asked).toHaveLength(3);
  });
});
