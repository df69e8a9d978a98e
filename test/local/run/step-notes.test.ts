import { createStepNotes } from '../../../local/run/step-notes.ts';

describe('what a run says where nothing can be counted', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('is nothing of a short step, and of a long one that it goes on', () => {
    const lines: string[] = [];
    const notes = createStepNotes((line) => lines.push(line));
    notes.begin('sweeping');
    jest.advanceTimersByTime(1_900);
    notes.begin('packing the index');
    jest.advanceTimersByTime(1_900);
    expect(lines).toEqual([]);
    jest.advanceTimersByTime(31_000);
    notes.end();
    jest.advanceTimersByTime(60_000);
    expect(lines).toEqual(['  packing the index …\n', '  packing the index … 15 s\n', '  packing the index … 30 s\n']);
  });
});
