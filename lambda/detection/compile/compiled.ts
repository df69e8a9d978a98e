import type { JsonValue } from '../../shared/json.ts';
import type { Scope } from '../match/scope.ts';

/** A field of the event that made a rule match, and its value. */
export interface MatchedField {
  /** The path of the value; list positions in brackets where a block or a keyword found it. */
  field: string;
  value: JsonValue;
}

/** A part of a rule, judged: what it asked, what the event had, and the verdict. */
export interface ExplainNode {
  kind: 'rule' | 'filter' | 'and' | 'or' | 'not' | 'of' | 'selection' | 'field' | 'exists' | 'keywords' | 'members';
  /** What a person calls it: a search identifier, a field with its modifiers, `1 of selection_*`. */
  label: string;
  verdict: boolean;
  /** For leaves: the values that the rule asks for, as it would write them. */
  patterns?: string[];
  /** For leaves with a field: the values in the event; empty where it hasn't got the field. */
  values?: JsonValue[];
  children?: ExplainNode[];
}

/** A part of a rule, ready to be asked. All three agree: there is evidence only of what `test` says is so. */
export interface Compiled {
  test(scope: Scope): boolean;
  explain(scope: Scope): ExplainNode;
  /** Adds the fields that speak for the verdict; asked only where `test` is true. */
  evidence(scope: Scope, found: MatchedField[]): void;
}
