import { setTimeout } from 'node:timers/promises';
import { Turns } from '../../lambda/runtime/keyed-turns.ts';

describe('works that take turns', () => {
  it('run one after the other on a key, and beside those on others', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const work = (name: string, milliseconds: number) => async () => {
      log.push(`${name} begins`);
      await setTimeout(milliseconds);
      log.push(`${name} ends`);
    };
    await Promise.all([
      turns.take(['x', 'y'], work('first', 20)),
      turns.take(['y'], work('second', 0)),
      turns.take(['z'], work('beside', 0)),
    ]);
    expect(log).toEqual(['first begins', 'beside begins', 'beside ends', 'first ends', 'second begins', 'second ends']);
  });

  it('go on after one that fails, whose error is its own', async () => {
    const turns = new Turns();
    const failing = turns.take(['x'], () => Promise.reject(new Error('refused')));
    const next = turns.take(['x'], async () => 'done');
    await expect(failing).rejects.toThrow('refused');
    await expect(next).resolves.toBe('done');
  });
});
