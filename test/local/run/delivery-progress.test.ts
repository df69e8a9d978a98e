import { PassThrough } from 'node:stream';
import { createProgress } from '../../../local/run/delivery-progress.ts';

const withoutTerminal = () => {
  const stream = new PassThrough();
  return { progress: createProgress(stream), text: () => String(stream.read() ?? '') };
};

describe('progress without a terminal', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('is a plain line every few seconds, also while nothing moves, and one at the end', () => {
    const { progress, text } = withoutTerminal();
    progress.start(10);
    progress.update(2, '');
    expect(text()).toBe('');
    jest.advanceTimersByTime(3_000);
    expect(text()).toBe('  2/10 log objects\n');
    progress.update(3, '1 try failed');
    progress.update(4, '1 try failed');
    jest.advanceTimersByTime(6_000);
    expect(text()).toBe('  4/10 log objects  1 try failed\n'.repeat(2));
    progress.update(10, '');
    progress.stop();
    expect(text()).toBe('  10/10 log objects\n');
    jest.advanceTimersByTime(60_000);
    expect(text()).toBe('');
  });

  test('does not repeat its last line at the end, when that was printed already', () => {
    const { progress, text } = withoutTerminal();
    progress.start(10);
    progress.update(10, '');
    jest.advanceTimersByTime(3_000);
    progress.stop();
    expect(text()).toBe('  10/10 log objects\n');
  });
});
