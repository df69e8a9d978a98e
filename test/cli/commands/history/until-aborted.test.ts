import { untilAborted } from '../../../../cli/commands/history/until-aborted.ts';

const never = () => new Promise<never>(() => undefined);

test('work that takes minutes holds nobody up who interrupts it', async () => {
  const interruption = new AbortController();
  const waited = untilAborted(never(), interruption.signal);
  interruption.abort();
  await expect(waited).resolves.toBeUndefined();
  await expect(untilAborted(never(), interruption.signal)).resolves.toBeUndefined();
});

test('work that ends, or fails, before is waited for', async () => {
  const { signal } = new AbortController();
  await expect(untilAborted(Promise.resolve(1), signal)).resolves.toBeUndefined();
  await expect(untilAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
});
