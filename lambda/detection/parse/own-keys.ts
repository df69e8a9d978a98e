import { nearest } from '../../shared/nearest.ts';
import type { Report } from '../language/problem.ts';
import type { Metadata } from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlMap } from '../language/yaml-tree.ts';

/** The key that the specification leaves to authors: what a rule says about its findings, and to Trailwarden alone. */
const OWN = 'trailwarden';

const WORDS: Readonly<Record<string, string>> = { findings: 'session', alert: 'joined' };

/**
 * Reads `trailwarden:` of a document: `findings: session` for a finding a session in place of one a call, and
 * `alert: joined` for findings that belong to the alert of another rule about the same event.
 */
export function parseOwnKeys(document: YamlMap, report: Report): Pick<Metadata, 'per' | 'joins'> {
  const own = entryOf(document, OWN);
  if (own === undefined) return {};
  if (own.value.kind !== 'map') {
    report.at(own.value.at, `${OWN} must be a map, not ${describeNode(own.value)}`);
    return {};
  }
  const given = new Set<string>();
  for (const { key, keyAt, value } of own.value.entries) {
    const word = WORDS[key];
    if (word === undefined) report.at(keyAt, `${OWN} has no '${key}'`, nearest(key, Object.keys(WORDS)));
    else if (value.kind !== 'scalar' || value.text !== word) report.at(value.at, `${key} can only be ${word}`);
    else given.add(key);
  }
  if (given.size > 0 && entryOf(document, 'detection') === undefined) {
    report.at(own.keyAt, `only a rule with a detection says something under ${OWN}`);
  }
  return { ...(given.has('findings') && { per: 'session' }), ...(given.has('alert') && { joins: true }) };
}
