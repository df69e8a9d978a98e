import { TogetherOrAlone } from '../../lambda/runtime/queue/together-or-alone.ts';

const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

test('work that may kill its function runs alone, after what had begun; all else runs together', async () => {
  const lanes = new TogetherOrAlone();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await turn();
    log.push(`${name} ends`);
  };
  await Promise.all([
    lanes.run(false, work('a')),
    lanes.run(true, work('killer')),
    lanes.run(false, work('b')),
    lanes.run(true, work('suspect')),
  ]);
  expect(log.slice(0, 4)).toEqual(['a begins', 'b begins', 'a ends', 'b ends']);
  expect(log.slice(4)).toEqual(['killer begins', 'killer ends', 'suspect begins', 'suspect ends']);
});

test('what throws lets the others go on', async () => {
  const lanes = new TogetherOrAlone();
  const failing = lanes.run(true, async () => {
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  await expect(lanes.run(false, async () => 'done')).resolves.toBe('done');
});
