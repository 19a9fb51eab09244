import { tokenize } from '../../shared/sql/lexer.ts';
import type { Finding } from './finding.ts';
import { withVariables } from './placeholders.ts';
import { type LintFile, lineOffsets } from './sources.ts';

/** `-- lint: ignore RULE reason` */
interface Ignore {
  rule: string;
  reason: string;
  line: number;
  column: number;
  length: number;
  /** The lines whose findings it takes away. */
  from: number;
  to: number;
  /** In the head of the file: findings about the file as a whole too. */
  isHead: boolean;
}

const IGNORE = /--[ \t]*lint:[ \t]*ignore\b[ \t]*([^\s:]*):?[ \t]*(.*)/g;

/**
 * Takes away the findings that comments of the file ignore. At the end of a line such a comment stands for the line;
 * on a line of its own for what follows, a statement or, inside one, a line. Without a reason, for a rule that there is
 * not, or for nothing that is found, the comment is a finding itself.
 */
export function applyIgnores(
  file: LintFile,
  findings: readonly Finding[],
  known: { rules: ReadonlySet<string>; wholeFile: ReadonlySet<Finding> },
): Finding[] {
  const ignores = ignoresOf(file);
  if (ignores.length === 0) return [...findings];
  const used = new Set<Ignore>();
  const left = findings.filter((finding) => {
    const hit = ignores.find(
      ({ rule, from, to, isHead }) =>
        rule === finding.rule &&
        (known.wholeFile.has(finding) ? isHead : finding.line >= from && finding.line <= to),
    );
    if (hit !== undefined) used.add(hit);
    return hit === undefined;
  });
  for (const ignore of ignores) {
    const problem = problemOf(ignore, known.rules, used.has(ignore));
    if (problem === undefined) continue;
    const { line, column, length } = ignore;
    left.push({
      ...problem,
      file: file.file,
      line,
      column,
      endLine: line,
      endColumn: column + length,
      fix: [],
    });
  }
  return left;
}

/** The rules about ignores, with their examples' comments in docs/lint/README.md. */
export const IGNORE_RULES = {
  unknown: 'lint/unknown-rule',
  reason: 'lint/ignore-without-reason',
  unused: 'lint/unused-ignore',
} as const;

function problemOf(
  { rule, reason }: Ignore,
  rules: ReadonlySet<string>,
  isUsed: boolean,
): Pick<Finding, 'rule' | 'severity' | 'message' | 'remedy'> | undefined {
  if (!rules.has(rule)) {
    return {
      rule: IGNORE_RULES.unknown,
      severity: 'error',
      message: rule === '' ? 'the comment names no rule' : `there is no rule "${withVariables(rule)}"`,
      remedy: 'Write -- lint: ignore RULE reason, with a rule of docs/lint.',
    };
  }
  if (reason === '') {
    return {
      rule: IGNORE_RULES.reason,
      severity: 'error',
      message: `${rule} is ignored without a reason`,
      remedy: 'Say after the rule why it does not hold here.',
    };
  }
  if (isUsed) return undefined;
  return {
    rule: IGNORE_RULES.unused,
    severity: 'warning',
    message: `${rule} finds nothing here`,
    remedy: 'Delete the comment.',
  };
}

function ignoresOf(file: LintFile): Ignore[] {
  const matches = [...file.text.matchAll(IGNORE)];
  if (matches.length === 0) return [];
  // The same words may stand in a string.
  const tokens = tokenize(file.text);
  const offsets = lineOffsets(file.text);
  const lines = file.text.split('\n');
  const isBlank = (line: number): boolean => /^\s*(?:--.*)?$/.test(lines[line - 1] ?? 'end');
  const ignores: Ignore[] = [];
  let line = 1;
  for (const match of matches) {
    const offset = match.index;
    if (tokens.some((token) => token.start.offset <= offset && offset < token.end)) continue;
    while ((offsets[line] ?? Number.POSITIVE_INFINITY) <= offset) line++;
    const column = offset - (offsets[line - 1] ?? 0) + 1;
    const ignore = {
      rule: match[1] ?? '',
      reason: (match[2] ?? '').trim(),
      line,
      column,
      length: match[0].trimEnd().length,
      isHead: offset < (file.statements[0]?.offset ?? 0),
    };
    if ((lines[line - 1] ?? '').slice(0, column - 1).trim() !== '') {
      ignores.push({ ...ignore, from: line, to: line });
      continue;
    }
    let next = line + 1;
    while (next <= lines.length && isBlank(next)) next++;
    const statement = file.statements.find(({ offset: start }) => start > offset);
    const inside = file.statements.some(({ offset: start, end }) => start < offset && offset < end);
    const to = inside || statement === undefined ? next : lineAt(offsets, statement.end);
    ignores.push({ ...ignore, from: next, to });
  }
  return ignores;
}

function lineAt(offsets: readonly number[], offset: number): number {
  let line = 1;
  while ((offsets[line] ?? Number.POSITIVE_INFINITY) <= offset) line++;
  return line;
}
