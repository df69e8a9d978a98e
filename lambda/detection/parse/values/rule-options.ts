import type { Level } from '../../language/rule-set.ts';
import type { RegexLimits } from '../../match/regex.ts';
import type { Placeholders } from './placeholders.ts';

/** How rules are parsed. */
export interface RuleOptions {
  /** Values for `expand`. A placeholder that isn't named here rejects its rule; an empty list matches nothing. */
  placeholders?: Placeholders;
  /** Load rules of every log source, not only those for CloudTrail. */
  anyLogsource?: boolean;
  /** Bounds on the regular expressions of `re`. */
  regex?: RegexLimits;
  /** Levels to use instead of the rules' own, by rule id. */
  levels?: Readonly<Record<string, Level>>;
  /** Ids of rules that make no findings. */
  disabled?: readonly string[];
}
