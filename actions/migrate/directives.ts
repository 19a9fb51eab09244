import { UserError } from '../shared/errors.ts';

/** What the comment lines at the top of a migration say to the run: `-- migrate: <directive>`, one per line. */
export interface Directives {
  /** What it destroys is meant. */
  allowDestructive: boolean;
  /** False by `no-resume`: when it has failed in part, a person looks first (mode repair). */
  resume: boolean;
  /** Migrations, by number (`V012`) or name (`R__totals`), that are applied before it. */
  requires: Placed<string>[];
  /** The only environments that it runs in; null for all. */
  environments: Placed<string[]> | null;
  /** Seconds that each of its statements may run. */
  timeout: Placed<number> | null;
  /** Names as SQL writes them. */
  warehouse: Placed<string> | null;
  role: Placed<string> | null;
}

/** A value and the line and column, from 1, of its directive. */
export interface Placed<T> {
  value: T;
  line: number;
  column: number;
}

/** Snowflake allows seven days. Source: "STATEMENT_TIMEOUT_IN_SECONDS". */
const LONGEST_TIMEOUT = 604_800;
/** Private-use letters stand for variables where a migration is read without their values. */
const IDENTIFIER = /^(?:[\p{L}\p{Co}_][\p{L}\p{Co}\d_$]*|"(?:[^"]|"")+")$/u;
const MIGRATION = /^(?:[Vv]\d+(?:[._]\d+)*|[VRA][\w.]*__[A-Za-z0-9][\w-]*)$/;
const ENVIRONMENT = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const DIRECTIVE = /^\s*--\s*migrate:\s*/;

/**
 * Reads the directives of a migration.
 * @throws UserError with line and column of one that is not known, has a bad value, stands twice or not at the top
 */
export function readDirectives(text: string, file: string): Directives {
  const directives: Directives = {
    allowDestructive: false,
    resume: true,
    requires: [],
    environments: null,
    timeout: null,
    warehouse: null,
    role: null,
  };
  if (!text.includes('migrate:')) return directives;
  const seen = new Set<string>();
  let isTop = true;
  for (const [index, line] of text.split('\n').entries()) {
    isTop &&= /^\s*(?:--|$)/.test(line);
    const head = DIRECTIVE.exec(line)?.[0];
    if (head === undefined) continue;
    const [name = '', value = ''] = line
      .slice(head.length)
      .trim()
      .split(/\s+(.*)/s);
    const place: Place = { file, line: index + 1, column: head.length + 1 };
    if (!isTop)
      throw bad(
        place,
        `the directive "${name}" does not stand at the top of the file`,
        'Move it before the first statement, among comment lines alone.',
      );
    if (seen.has(name) && name !== 'requires')
      throw bad(place, `the directive "${name}" stands here twice`, 'Keep one.');
    seen.add(name);
    apply(directives, name, value, place);
  }
  return directives;
}

interface Place {
  file: string;
  line: number;
  column: number;
}

function apply(directives: Directives, name: string, value: string, place: Place): void {
  const { line, column } = place;
  const placed = <T>(of: T): Placed<T> => ({ value: of, line, column });
  switch (name) {
    case 'allow-destructive':
      directives.allowDestructive = nothing(name, value, place);
      return;
    case 'no-resume':
      directives.resume = !nothing(name, value, place);
      return;
    case 'requires':
      directives.requires.push(
        ...list(name, value, MIGRATION, 'numbers or names such as V012, R__totals', place).map(placed),
      );
      return;
    case 'environment':
      directives.environments = placed(
        list(name, value, ENVIRONMENT, 'names such as production, staging', place),
      );
      return;
    case 'timeout':
      if (!/^\d{1,6}$/.test(value) || Number(value) < 1 || Number(value) > LONGEST_TIMEOUT)
        throw badValue(name, value, `seconds from 1 to ${LONGEST_TIMEOUT}`, place);
      directives.timeout = placed(Number(value));
      return;
    case 'warehouse':
    case 'role':
      if (!IDENTIFIER.test(value)) throw badValue(name, value, 'one name as SQL writes it', place);
      directives[name] = placed(value);
      return;
    default:
      throw bad(
        place,
        `there is no directive "${name}"`,
        'Use allow-destructive, requires, environment, timeout, warehouse, role or no-resume.',
      );
  }
}

function nothing(name: string, value: string, place: Place): true {
  if (value !== '') throw badValue(name, value, 'nothing', place);
  return true;
}

function list(name: string, value: string, pattern: RegExp, what: string, place: Place): string[] {
  const items = value.split(',').map((item) => item.trim());
  if (!items.every((item) => pattern.test(item))) throw badValue(name, value, what, place);
  return items;
}

function badValue(name: string, value: string, what: string, place: Place): UserError {
  return bad(place, `the directive "${name}" takes ${what}, not "${value}"`, 'Correct or remove it.');
}

function bad({ file, line, column }: Place, message: string, remedy: string): UserError {
  return new UserError(`${file}:${line}:${column}: ${message}`, { location: { file, line, column }, remedy });
}
