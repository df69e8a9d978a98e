/** One text of rules: any number of YAML documents. `file` is only ever shown to people. */
export interface RuleSource {
  file?: string;
  text: string;
}

/** Why a rule, or a whole text, was rejected. Lines and columns count from 1. */
export interface RuleProblem {
  file: string;
  line: number;
  column: number;
  /** The rule's title or id, if it was already read. */
  rule?: string;
  message: string;
  /** The word that was probably meant. */
  suggestion?: string;
}

/** A place in a rule text, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** The problem as compilers write it, `file:line:column: message`, so that editors can jump to it. */
export function formatProblem(problem: RuleProblem): string {
  const rule = problem.rule === undefined ? '' : ` (rule: ${problem.rule})`;
  const suggestion = problem.suggestion === undefined ? '' : `; did you mean ${problem.suggestion}?`;
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}${suggestion}${rule}`;
}

/** Collects the problems of one document; a document with any problem is rejected whole. */
export class Report {
  readonly problems: RuleProblem[] = [];
  /** The rules that the document names. They are looked up even if it is rejected for another reason. */
  readonly references: { reference: string; at: Position }[] = [];
  readonly file: string;
  /** The text that holds the document; undefined if there is none. */
  readonly source: RuleSource | undefined;
  rule: string | undefined;

  constructor(file: string, source?: RuleSource) {
    this.file = file;
    this.source = source;
  }

  /** Notes a problem. It returns undefined, so that a parser can report and return in one line. */
  at(position: Position, message: string, suggestion?: string): undefined {
    this.problems.push({
      file: this.file,
      line: position.line,
      column: position.column,
      ...(this.rule === undefined ? {} : { rule: this.rule }),
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
    return undefined;
  }
}
