import { attackNames } from '../../lambda/findings/attack-names.ts';
import { tacticOrder, tacticsOf } from '../../lambda/findings/attack-tactics.ts';

describe('the names of ATT&CK among the tags of a rule', () => {
  test.each([
    [
      ['attack.stealth', 'attack.T1070', 'cve.2024-1', 'harm.disarm'],
      ['stealth', 't1070'],
    ],
    [
      ['attack.defense-evasion', 'attack.t1562.008'],
      ['defense-impairment', 't1685.002'],
    ],
    [
      ['attack.defense_evasion', 'attack.t1562.001', 'attack.t1685'],
      ['defense-impairment', 't1685'],
    ],
    [
      ['attack.t1562.007', 'attack.t1562'],
      ['t1686.001', 't1685'],
    ],
    [
      ['attack.defense-evasion', 'attack.t1078.004'],
      ['stealth', 't1078.004'],
    ],
    [['attack.constructor', 'attack.'], ['constructor']],
  ])('%j are %j', (tags, names) => {
    expect(attackNames(tags)).toEqual(names);
  });

  test('have their tactics in the order in which an attack goes, also those that rules of others still name', () => {
    const tactics = tacticsOf(['attack.impact', 'attack.defense-evasion', 'attack.t1562', 'attack.persistence']);
    expect(tactics.toSorted((a, b) => tacticOrder(a) - tacticOrder(b))).toEqual([
      'persistence',
      'defense-impairment',
      'impact',
    ]);
  });
});
