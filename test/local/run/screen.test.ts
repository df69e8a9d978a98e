import { type Cell, createScreen } from '../../../local/run/screen.ts';

const rendered = (rows: Cell[][], columns?: number, isColored = false) => {
  let text = '';
  const screen = createScreen(
    (more) => {
      text += more;
    },
    isColored,
    columns,
  );
  screen.table(['name', 'what it is'], rows);
  return text;
};

describe('a table on the screen', () => {
  test('has a line for its head and one for each row', () => {
    expect(
      rendered([
        ['a', 1],
        ['bcd', 'two'],
      ]),
    ).toBe('  NAME   WHAT IT IS\n  a      1\n  bcd    two\n');
  });

  test('fits into the terminal: the longest column is cut, the others stay', () => {
    const lines = rendered([['short', 'x'.repeat(90)]], 40)
      .trimEnd()
      .split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines[1]).toMatch(/^ {2}short +x+…$/);
  });

  test('cuts no further than what still says something, however narrow the terminal', () => {
    expect(rendered([['x'.repeat(30), 'y'.repeat(30)]], 5)).toMatch(/x{11}… +y{11}…/);
  });

  test('shows what a terminal would obey as a sign that something was there', () => {
    const cell = rendered([['\u001b[2Jgone\r\n\u202eevil', { text: '\u001b]0;title\u0007', format: (text) => text }]]);
    expect(cell).toContain('\ufffd[2Jgone\ufffd\ufffd\ufffdevil');
    expect(cell).toContain('\ufffd]0;title\ufffd');
  });

  test('has colours only where it is told to', () => {
    const row: Cell[][] = [['high', 1]];
    expect(rendered(row)).not.toContain('\u001b');
    expect(rendered(row, undefined, true)).toContain('\u001b');
  });
});

test('a line is broken between words, never within one', () => {
  let text = '';
  const screen = createScreen((more) => (text += more), false, 20);
  screen.listed('  Who acts most?', ['role/checkout-task-of-a-long-name (3)']);
  expect(text).toBe('  Who acts most?\n    role/checkout-task-of-a-long-name\n    (3)\n');
});

test('of values as many are told as fit into the line, and how many more there are', () => {
  const told = (columns?: number) => {
    let text = '';
    createScreen((more) => (text += more), false, columns).listed('  Who?', ['root (4)', 'alice (3)', 'bob']);
    return text;
  };
  expect(told()).toBe('  Who? root (4), alice (3), bob\n');
  expect(told(31)).toBe('  Who? root (4), alice (3), bob\n');
  expect(told(30)).toBe('  Who? root (4), alice (3) +1\n');
  expect(told(20)).toBe('  Who? root (4) +2\n');
});
