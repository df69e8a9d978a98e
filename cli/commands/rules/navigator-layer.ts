import { LEVELS, type RuleMetadata } from '../../../lambda/detection/index.ts';
import { attackNames } from '../../../lambda/findings/attack-names.ts';

type Rule = Pick<RuleMetadata, 'title' | 'level' | 'tags' | 'finding'>;

/** A layer of the ATT&CK Navigator, after its layer format 4.5. */
interface NavigatorLayer {
  readonly name: string;
  readonly versions: { readonly attack: string; readonly navigator: string; readonly layer: '4.5' };
  readonly domain: 'enterprise-attack';
  readonly description: string;
  readonly filters: { readonly platforms: readonly string[] };
  readonly sorting: number;
  readonly techniques: readonly {
    readonly techniqueID: string;
    /** How many rules that make findings name it. */
    readonly score: number;
    readonly comment: string;
    readonly enabled: true;
    readonly showSubtechniques: boolean;
  }[];
  readonly gradient: { readonly colors: readonly string[]; readonly minValue: number; readonly maxValue: number };
}

/** Techniques of more rules than this have the strongest colour. */
const STRONGEST = 10;

/** 3: by score, descending. */
const BY_SCORE = 3;

/**
 * Which techniques of ATT&CK v19 rules speak about: a score each, and their titles, the most severe first. Rules that
 * make no finding by themselves don't count.
 */
export function navigatorLayer(rules: readonly Rule[]): NavigatorLayer {
  const byTechnique = new Map<string, Rule[]>();
  for (const rule of rules.filter(({ finding }) => finding)) {
    for (const name of attackNames(rule.tags)) {
      if (/^t\d{4}(\.\d{3})?$/.test(name)) byTechnique.set(name, [...(byTechnique.get(name) ?? []), rule]);
    }
  }
  const all = [...byTechnique].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: 'Trailwarden',
    versions: { attack: '19', navigator: '5.1.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description: 'Techniques that rules of Trailwarden speak about; the score is how many do.',
    filters: { platforms: ['IaaS', 'Identity Provider', 'SaaS'] },
    sorting: BY_SCORE,
    techniques: all.map(([name, own]) => ({
      techniqueID: name.toUpperCase(),
      score: own.length,
      comment: own
        .toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level))
        .map(({ level, title }) => `${level}: ${title}`)
        .join('\n'),
      enabled: true,
      showSubtechniques: all.some(([other]) => other.startsWith(`${name}.`)),
    })),
    gradient: { colors: ['#e8f1fb', '#1f5fa8'], minValue: 0, maxValue: STRONGEST },
  };
}
