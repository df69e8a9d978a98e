import type { JsonValue } from '../../shared/json.ts';
import type { Scope } from '../match/record-scope.ts';

/** A field of the event that made a rule match, and its value. */
export interface MatchedField {
  /** The path of the value; with list positions in brackets if a block or a keyword found it. */
  field: string;
  value: JsonValue;
}

/** A part of a rule after it was judged: what it asks for, what the event had, and the verdict. */
export interface ExplainNode {
  kind: 'rule' | 'filter' | 'and' | 'or' | 'not' | 'of' | 'selection' | 'field' | 'exists' | 'keywords' | 'members';
  /** Its name for people: a search identifier, a field with its modifiers, `1 of selection_*`. */
  label: string;
  verdict: boolean;
  /** For leaves: the values that the rule asks for, as it would write them. */
  patterns?: string[];
  /** For leaves with a field: the values in the event; empty if it doesn't have the field. */
  values?: JsonValue[];
  children?: ExplainNode[];
}

/** A compiled part of a rule. Its three functions agree: there is evidence only if `test` returns true. */
export interface Compiled {
  test(scope: Scope): boolean;
  /** Whether `test` may ask for the record's classification, which takes longer than anything else. */
  readonly isLate: boolean;
  explain(scope: Scope): ExplainNode;
  /** Adds the fields that support the verdict. Called only if `test` returned true. */
  evidence(scope: Scope, found: MatchedField[]): void;
}
