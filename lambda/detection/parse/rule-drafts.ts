import { nearest } from '../../shared/nearest.ts';
import type { Position, Report } from '../language/problem.ts';
import type { Detection, Logsource } from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlMap, type YamlNode } from '../language/yaml-tree.ts';
import { type CorrelationDraft, parseCorrelation } from './correlation-section.ts';
import { parseDetection } from './detection-section.ts';
import { parseLogsource } from './logsource.ts';
import { type DraftMetadata, hasBrackets, parseMetadata } from './rule-metadata.ts';
import { parseReferences, type RuleReference } from './rule-references.ts';
import type { RuleOptions } from './values/rule-options.ts';

/** A document that was read alone: its references to other documents aren't followed yet. */
export type Draft =
  | { kind: 'detection'; metadata: DraftMetadata; logsource: Logsource; detection: Detection; at: Position }
  | { kind: 'correlation'; metadata: DraftMetadata; correlation: CorrelationDraft; at: Position }
  | { kind: 'filter'; metadata: DraftMetadata; logsource: Logsource; filter: FilterDraft; at: Position };

/** A filter's detection, and the rules it names: `any` is every rule that its log source covers. */
interface FilterDraft {
  rules: 'any' | readonly RuleReference[];
  detection: Detection;
}

/** A draft that has its id, and knows where to report what is wrong with it. */
export type Identified<K extends Draft['kind'] = Draft['kind']> = Extract<Draft, { kind: K }> & {
  id: string;
  name?: string;
  title: string;
  report: Report;
};

const SECTIONS = ['detection', 'correlation', 'filter'] as const;

/** Reads one document of rules. Undefined, with problems, where it is rejected. */
export function parseDraft(document: YamlNode, options: RuleOptions, report: Report): Draft | undefined {
  if (document.kind !== 'map') return report.at(document.at, `a rule must be a map, not ${describeNode(document)}`);
  const before = report.problems.length;
  const metadata = parseMetadata(document, report);
  const brackets = hasBrackets(document, report);
  const sections = SECTIONS.filter((section) => entryOf(document, section) !== undefined);
  const [kind] = sections;
  if (kind === undefined) {
    const keys = document.entries.map(({ key }) => key);
    const mistyped = keys.flatMap((key) => nearest(key, SECTIONS) ?? [])[0];
    return report.at(document.at, 'a rule has a detection, a correlation or a filter; this has none', mistyped);
  }
  if (sections.length > 1) return report.at(document.at, `${sections.join(' and ')} exclude each other`);
  const section = entryOf(document, kind)?.value;
  if (section?.kind !== 'map') return report.at(section?.at ?? document.at, `the ${kind} must be a map`);
  const context = { brackets, inBlock: false, options, report };
  if (kind === 'correlation') {
    const correlation = parseCorrelation(document, section, context);
    if (metadata === undefined || correlation === undefined || report.problems.length > before) return undefined;
    return { kind, metadata, correlation, at: document.at };
  }
  const logsource = parseLogsource(document, report);
  if (kind === 'detection') {
    const detection = parseDetection(section, [], context);
    if (metadata === undefined || logsource === undefined || detection === undefined) return undefined;
    return report.problems.length > before ? undefined : { kind, metadata, logsource, detection, at: document.at };
  }
  const rules = parseFilteredRules(section, report);
  const detection = parseDetection(section, ['rules'], context);
  if (entryOf(section, 'condition')?.value.kind === 'list') {
    report.at(section.at, 'a filter has one condition, not a list of them');
  }
  if (metadata === undefined || logsource === undefined || detection === undefined || rules === undefined)
    return undefined;
  if (report.problems.length > before) return undefined;
  return { kind, metadata, logsource, filter: { rules, detection }, at: document.at };
}

function parseFilteredRules(section: YamlMap, report: Report): FilterDraft['rules'] | undefined {
  const node = entryOf(section, 'rules')?.value;
  if (node === undefined) return report.at(section.at, 'the filter names no rules');
  if (node.kind === 'scalar' && node.text.toLowerCase() === 'any') return 'any';
  return parseReferences(node, report);
}
