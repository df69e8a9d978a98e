import { KINDS } from '../../../scripts/docs/grid-services.ts';
import { readPack } from '../../../scripts/docs/pack.ts';
import { gridSquares, rulesGrid } from '../../../scripts/docs/rules-grid.ts';

const { rules } = readPack();

describe('the grid of services and kinds of harm', () => {
  const squares = gridSquares(rules);

  test('has forty services at least, each by all kinds', () => {
    const services = new Set(squares.map(({ service }) => service));
    expect(services.size).toBeGreaterThanOrEqual(40);
    expect(squares).toHaveLength(services.size * Object.keys(KINDS).length);
  });

  test('has no empty square without a reason', () => {
    expect(squares.filter((square) => square.rules.length === 0 && square.reason === undefined)).toEqual([]);
  });

  test('gives no reason where there are rules by now', () => {
    const services = [...new Set(squares.map(({ service }) => service))];
    const without = gridSquares([]);
    const stale = services.flatMap((service) =>
      squares
        .filter((square) => square.service === service && square.rules.length > 0)
        .filter(({ kind }) => without.some((one) => one.service === service && one.kind === kind && one.reason))
        .map(({ kind }) => `${service}: ${kind}`),
    );
    expect(stale).toEqual([]);
  });

  test('knows the kind of every rule that says so', () => {
    const known = Object.keys(KINDS);
    const tags = new Set(rules.flatMap((rule) => rule.tags.filter((tag) => tag.startsWith('harm.'))));
    expect([...tags].filter((tag) => !known.includes(tag))).toEqual([]);
  });

  test('is refused where a square is empty', () => {
    expect(() => rulesGrid(rules.filter(({ path }) => !path.startsWith('kms/')))).toThrow(
      /^AWS KMS has no rule tagged/,
    );
  });
});
