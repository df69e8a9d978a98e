import { ConfirmSubscriptionCommand } from '@aws-sdk/client-sns';
import { anonymousClient } from '../../lambda/ingest/confirm-subscription.ts';

test('a subscription is confirmed without a signature: the topic may let nobody else in, and the token does', async () => {
  const client = anonymousClient('eu-west-1');
  const requests: { hostname: string; headers: Record<string, string>; body: unknown }[] = [];
  client.config.requestHandler = {
    ...client.config.requestHandler,
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: (typeof requests)[number]) => {
      requests.push(request);
      throw Object.assign(new Error('no network in tests'), { name: 'Stop' });
    },
  };
  await expect(
    client.send(
      new ConfirmSubscriptionCommand({ TopicArn: 'arn:aws:sns:eu-west-1:666677778888:logs', Token: 'a-token' }),
    ),
  ).rejects.toThrow('no network');
  expect(requests).toHaveLength(1);
  const [{ hostname, headers, body }] = requests as [(typeof requests)[number]];
  expect(hostname).toBe('sns.eu-west-1.amazonaws.com');
  expect(Object.keys(headers).map((name) => name.toLowerCase())).not.toContain('authorization');
  expect(String(body)).toContain('Token=a-token');
});
