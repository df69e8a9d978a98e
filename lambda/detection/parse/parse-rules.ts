import { hash } from 'node:crypto';
import { nearest } from '../../shared/nearest.ts';
import { Report, type RuleProblem, type RuleSource } from '../language/problem.ts';
import { type CorrelationRule, type DetectionRule, LEVELS, type Metadata, type RuleSet } from '../language/rule-set.ts';
import { entryOf, readYaml, type YamlNode } from '../language/yaml-tree.ts';
import { withBaseHashes } from './base-hashes.ts';
import { withChainMembers } from './chain-section.ts';
import { type Link, type Linked, linkCorrelations } from './link-correlations.ts';
import { filterCovers, isCloudTrail } from './logsource.ts';
import { type Draft, type Identified, parseDraft } from './rule-drafts.ts';
import { Directory, type Rejected, type RuleReference } from './rule-references.ts';
import { isListOfTexts } from './values/placeholders.ts';
import type { RuleOptions } from './values/rule-options.ts';

/** A rule that is correct, but isn't used. */
export interface SkippedRule {
  file: string;
  line: number;
  id: string;
  title: string;
  reason: 'logsource' | 'disabled';
}

export interface ParsedRules {
  ruleSet: RuleSet;
  problems: RuleProblem[];
  skipped: SkippedRule[];
}

const NO_FILE = '<rules>';

/**
 * Parses, checks and normalises rules. Every problem of every source is reported in one go; a document with a problem
 * is rejected, and the others go on. Never throws because of a rule's content.
 */
export function parseRules(sources: readonly RuleSource[], given: RuleOptions = {}): ParsedRules {
  const optionsReport = new Report('<options>');
  const options = withListOfDisabled(given, optionsReport);
  const reports: Report[] = [];
  const rejected: Rejected[] = [];
  const drafts = sources.flatMap((source) => readSource(source, options, reports, rejected));
  reports.push(optionsReport);
  const unique = withoutDuplicates(drafts, rejected);
  checkOptions(options, unique, optionsReport);

  const skipped: SkippedRule[] = [];
  const skip = ({ id, title, report, at }: Identified, reason: SkippedRule['reason']): void => {
    skipped.push({ file: report.file, line: at.line, id, title, reason });
  };
  const isForeign = (draft: Identified): boolean =>
    options.anyLogsource !== true && draft.kind !== 'correlation' && !isCloudTrail(draft.logsource);
  const foreign = new Set(unique.filter(isForeign).map(({ id }) => id));
  const directory = new Directory(
    unique.filter((draft) => draft.kind !== 'filter'),
    rejected,
  );
  for (const report of reports.filter(({ problems }) => problems.length > 0)) {
    for (const reference of report.references) directory.find(reference, report);
  }
  const linked = linkCorrelations(unique, directory, foreign);
  const filters = applyFilters(unique, directory, foreign);

  const disabled = new Set(options.disabled);
  const rules: RuleSet['rules'][number][] = [];
  for (const draft of unique) {
    if (draft.report.problems.length > 0) continue;
    if (foreign.has(draft.id)) skip(draft, 'logsource');
    else if (draft.kind === 'correlation') {
      const link = linked.correlations.get(draft.id);
      if (link === 'foreign') skip(draft, 'logsource');
      else if (link !== undefined && disabled.has(draft.id) && !linked.referenced.has(draft.id))
        skip(draft, 'disabled');
      else if (link !== undefined) rules.push(finishCorrelation(draft, link, linked, options));
    } else if (draft.kind === 'detection') {
      if (disabled.has(draft.id) && !linked.referenced.has(draft.id)) skip(draft, 'disabled');
      else rules.push(finishDetection(draft, filters.get(draft.id) ?? [], linked, options));
    }
  }
  return {
    ruleSet: { version: 1, rules: withBaseHashes(withChainMembers(rules)) },
    problems: reports.flatMap(({ problems }) => problems),
    skipped,
  };
}

function readSource(source: RuleSource, options: RuleOptions, reports: Report[], rejected: Rejected[]): Identified[] {
  const file = source.file ?? NO_FILE;
  const fileReport = new Report(file, source);
  reports.push(fileReport);
  const documents = readYaml(source.text, fileReport);
  const actions = documents.flatMap((document) => actionOf(document) ?? []);
  for (const { at, action } of actions) {
    fileReport.at(at, `'action: ${action}' made collections in Sigma 1; write each rule of this file out in full`);
  }
  // The other documents of a collection are fragments of rules: judging them alone would only add more problems.
  if (actions.length > 0) {
    rejected.push(...documents.flatMap((document) => namesOf(document, fileReport) ?? []));
    return [];
  }
  return documents.flatMap((document) => {
    const report = new Report(file, source);
    reports.push(report);
    const draft = parseDraft(document, options, report);
    if (draft === undefined) {
      const names = namesOf(document, report);
      if (names !== undefined) rejected.push(names);
      return [];
    }
    const { title, name } = draft.metadata;
    return [
      { ...draft, id: draft.metadata.id ?? derivedId(draft), title, ...(name === undefined ? {} : { name }), report },
    ];
  });
}

/** The keys by which references could find a rejected document. No reference names a filter. */
function namesOf(document: YamlNode, report: Report): Rejected | undefined {
  if (document.kind !== 'map' || entryOf(document, 'filter') !== undefined) return undefined;
  const textOf = (key: string): string | undefined => {
    const value = entryOf(document, key)?.value;
    return value?.kind === 'scalar' ? value.text : undefined;
  };
  const [id, name, title] = ['id', 'name', 'title'].map(textOf);
  return {
    ...(id !== undefined && { id: id.toLowerCase() }),
    ...(name !== undefined && { name }),
    ...(title !== undefined && { title }),
    report,
  };
}

function actionOf(document: YamlNode): { action: string; at: YamlNode['at'] } | undefined {
  const entry = document.kind === 'map' ? entryOf(document, 'action') : undefined;
  if (entry?.value.kind !== 'scalar') return undefined;
  const action = entry.value.text;
  return ['global', 'reset', 'repeat'].includes(action) ? { action, at: entry.keyAt } : undefined;
}

/** An id for a rule without one: the same for the same content, in the form of a UUID of version 8. */
function derivedId({ metadata, ...draft }: Draft): string {
  const content =
    draft.kind === 'detection' ? draft.detection : draft.kind === 'filter' ? draft.filter : draft.correlation;
  const hex = sha256({ title: metadata.title, content });
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function sha256(value: unknown): string {
  return hash('sha256', JSON.stringify(withoutPositions(value)), 'hex');
}

/** Positions say where a rule stands, not what it means. */
function withoutPositions(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPositions);
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) if (key !== 'at') kept[key] = withoutPositions(inner);
  return kept;
}

/**
 * Drops the later of two rules of one id or name, with a problem that says where the first one is. A dropped rule keeps
 * no key: its other key stays free for a third rule.
 */
function withoutDuplicates(drafts: readonly Identified[], rejected: Rejected[]): Identified[] {
  const first = new Map<string, Identified>();
  return drafts.filter((draft) => {
    const keys = [
      { what: 'id', value: draft.id, key: `id ${draft.id.toLowerCase()}` },
      ...(draft.name === undefined ? [] : [{ what: 'name', value: draft.name, key: `name ${draft.name}` }]),
    ];
    for (const { what, value, key } of keys) {
      const other = first.get(key);
      if (other === undefined) continue;
      const where = `${other.report.file}:${other.at.line}`;
      draft.report.at(draft.at, `the ${what} '${value}' is taken by the rule at ${where}`);
    }
    if (draft.report.problems.length === 0) {
      for (const { key } of keys) first.set(key, draft);
      return true;
    }
    const { kind, id, name, title, report } = draft;
    if (kind !== 'filter') rejected.push({ id: id.toLowerCase(), ...(name !== undefined && { name }), title, report });
    return false;
  });
}

const OPTIONS_POSITION = { line: 1, column: 1 };

/**
 * Options come from configurations that no compiler has checked. What isn't a list of ids disables nothing, and is
 * reported.
 */
function withListOfDisabled(options: RuleOptions, report: Report): RuleOptions {
  if (options.disabled === undefined || isListOfTexts(options.disabled)) return options;
  report.at(OPTIONS_POSITION, 'the disabled rules of the configuration are not a list of ids');
  return { ...options, disabled: [] };
}

function checkOptions(options: RuleOptions, drafts: readonly Identified[], report: Report): void {
  const at = OPTIONS_POSITION;
  for (const [name, values] of Object.entries<unknown>(options.placeholders ?? {})) {
    if (!isListOfTexts(values)) report.at(at, `the placeholder '${name}' of the configuration is not a list of texts`);
  }
  const ids = new Set(drafts.map(({ id }) => id));
  for (const id of [...Object.keys(options.levels ?? {}), ...(options.disabled ?? [])]) {
    if (!ids.has(id)) report.at(at, `the configuration names the rule '${id}', which is not there`, nearest(id, ids));
  }
  for (const [id, level] of Object.entries(options.levels ?? {})) {
    if (!LEVELS.includes(level)) {
      report.at(
        at,
        `the configuration gives the rule '${id}' the unknown level '${level}'`,
        nearest(String(level), LEVELS),
      );
    }
  }
}

type Filters = DetectionRule['filters'];

/** The filters of each rule, by its id. A filter that can apply to none of the rules it names is a problem. */
function applyFilters(
  drafts: readonly Identified[],
  directory: Directory<Identified>,
  foreign: ReadonlySet<string>,
): Map<string, Filters> {
  const filters = new Map<string, Filters>();
  const detections = drafts.filter((draft) => draft.kind === 'detection');
  for (const draft of drafts) {
    if (draft.kind !== 'filter' || foreign.has(draft.id)) continue;
    const { rules, detection } = draft.filter;
    const covered = detections.filter((rule) => filterCovers(draft.logsource, rule.logsource));
    const named = rules === 'any' ? covered : namedRules(draft, rules, covered, directory);
    // A filter with one wrong reference is rejected as a whole: it doesn't narrow the rules that it names correctly.
    if (draft.report.problems.length > 0) continue;
    for (const { id } of named) filters.set(id, [...(filters.get(id) ?? []), { title: draft.title, detection }]);
  }
  return filters;
}

function namedRules(
  draft: Identified<'filter'>,
  references: readonly RuleReference[],
  covered: readonly Identified[],
  directory: Directory<Identified>,
): Identified[] {
  return references.flatMap((reference) => {
    const { at, reference: name } = reference;
    if (directory.isRejected(name, draft.report)) return [];
    const rule = directory.find(reference, draft.report);
    if (rule === undefined || covered.includes(rule)) return rule ?? [];
    if (rule.kind === 'detection') draft.report.at(at, `the filter's logsource is not the one of '${name}'`);
    else draft.report.at(at, `'${name}' is a correlation: a filter names detection rules`);
    return [];
  });
}

function finishDetection(
  draft: Identified<'detection'>,
  filters: Filters,
  linked: Linked,
  options: RuleOptions,
): DetectionRule {
  const { kind, logsource, detection } = draft;
  const body = { logsource, detection, filters };
  return { kind, metadata: finishMetadata(draft, body, linked, options), ...body };
}

function finishCorrelation(
  draft: Identified<'correlation'>,
  link: Link,
  linked: Linked,
  options: RuleOptions,
): CorrelationRule {
  const { kind } = draft;
  const { type, timespan, condition, percentile, learning, tactics } = draft.correlation;
  const body = {
    type,
    timespan,
    condition: [...condition],
    ...link,
    ...(percentile === undefined ? {} : { percentile }),
    ...(learning === undefined ? {} : { learning }),
    ...(tactics === undefined ? {} : { tactics: { atLeast: tactics, byRule: {} } }),
  };
  return { kind, metadata: finishMetadata(draft, body, linked, options), ...body };
}

function finishMetadata(draft: Identified, body: object, linked: Linked, options: RuleOptions): Metadata {
  const chosen = options.levels?.[draft.id];
  const level = chosen !== undefined && LEVELS.includes(chosen) ? chosen : draft.metadata.level;
  const isOff = options.disabled?.includes(draft.id) ?? false;
  const metadata = { ...draft.metadata, id: draft.id, level };
  return {
    ...metadata,
    hash: sha256({ ...metadata, file: undefined, line: undefined, ...body }),
    finding: !isOff && (!linked.referenced.has(draft.id) || linked.generated.has(draft.id)),
  };
}
