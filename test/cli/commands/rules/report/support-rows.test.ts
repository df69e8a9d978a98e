import { FRAMEWORKS } from '../../../../../cli/commands/rules/report/frameworks.ts';
import { supportRows } from '../../../../../cli/commands/rules/report/support-rows.ts';
import { parsePack } from '../../../../rules/pack.ts';

const rules = parsePack().ruleSet.rules.map(({ metadata }) => ({ ...metadata, file: `rules/${metadata.file}` }));
const suite = { problems: [], files: [], untested: [], orphans: [] };
const lastFired = async () => undefined;

describe('the rules that support controls', () => {
  test.each(Object.entries(FRAMEWORKS))(
    'of %s are all in the pack, and each control is supported by something',
    async (_, { controls }) => {
      const rows = await supportRows({ controls, rules, suite, lastFired });
      expect(rows.filter(({ ruleId, beside }) => ruleId === undefined && beside === undefined)).toEqual([]);
      expect(new Set(rows.map(({ control }) => control)).size).toBe(controls.length);
    },
  );

  test('must be there', async () => {
    const controls = [{ id: '1', asks: 'x', rules: ['root/gone'] }];
    await expect(supportRows({ controls, rules, suite, lastFired })).rejects.toThrow(
      '1: the pack has no rule in root/gone.yml that makes findings',
    );
  });

  test('count the tests that are about them, and are asked once when they fired', async () => {
    const rule = rules.find(({ file }) => file === 'rules/root/root-use.yml');
    const id = String(rule?.id);
    const outcomes = [
      { name: 'a', line: 1, rules: [id] },
      { name: 'b', line: 2, rules: [id], failure: 'matches, and should not' },
      { name: 'c', line: 3, rules: ['another'] },
    ];
    const asked: string[] = [];
    const [one, other] = await supportRows({
      controls: ['1', '2'].map((control) => ({ id: control, asks: 'x', rules: ['root/root-use'] })),
      rules,
      suite: { ...suite, files: [{ testFile: 'rules/root/root-use.test.yml', outcomes }] },
      lastFired: async (ruleId) => {
        asked.push(ruleId);
        return '2026-11-18T10:00:00Z';
      },
    });
    expect(one).toMatchObject({ testsPassed: 1, testsFailed: 1, lastFired: '2026-11-18T10:00:00Z' });
    expect(other).toEqual({ ...one, control: '2' });
    expect(asked).toEqual([id]);
  });
});
