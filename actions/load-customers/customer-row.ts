import { UserError } from '../shared/errors.ts';

/** The columns of a customers file, in the order of the bronze table. */
export const CUSTOMER_COLUMNS = [
  'customer_id',
  'email',
  'first_name',
  'last_name',
  'country',
  'city',
  'birth_date',
  'loyalty_tier',
  'marketing_consent',
  'signup_date',
  'updated_at',
] as const;
type Column = (typeof CUSTOMER_COLUMNS)[number];

/** What a column's text must look like. Reasons name the column and never its value. */
type Rule = { optional: boolean; problem: (text: string, latest: string | undefined) => string | undefined };

const TIERS = ['bronze', 'silver', 'gold', 'platinum'];
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?)(Z|[+-]\d{2}:\d{2})?$/;
const LONGEST = 10_000;

const RULES: Record<Column, Rule> = {
  customer_id: required((text) => (/^[1-9]\d{0,17}$/.test(text) ? undefined : 'not a whole number')),
  email: required((text) =>
    /^[^\s@"(),:;<>[\]\\]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) ? undefined : 'not an email address',
  ),
  first_name: optional(() => undefined),
  last_name: optional(() => undefined),
  country: required((text) => (/^[A-Z]{2}$/.test(text) ? undefined : 'not a two-letter country code')),
  city: optional(() => undefined),
  birth_date: optional(dateProblem),
  loyalty_tier: required((text) => (TIERS.includes(text) ? undefined : `not one of ${TIERS.join(', ')}`)),
  marketing_consent: required((text) => (/^(true|false)$/i.test(text) ? undefined : 'not true or false')),
  signup_date: required(dateProblem),
  updated_at: required(instantProblem),
};

/** Where the columns are found in a record: index of each of CUSTOMER_COLUMNS, and what else there is. */
export interface Header {
  width: number;
  positions: number[];
  /** Columns of the file that are not loaded. */
  ignored: string[];
}

/**
 * Reads the header record. The columns may stand in any order, in any case.
 * @throws UserError naming the columns that are missing or there twice.
 */
export function readHeader(file: string, line: number, fields: readonly string[]): Header {
  const names = fields.map((name) => name.trim().toLowerCase());
  const missing = CUSTOMER_COLUMNS.filter((column) => !names.includes(column));
  const twice = CUSTOMER_COLUMNS.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
  const problems = [
    ...(missing.length > 0 ? [`is missing ${missing.join(', ')}`] : []),
    ...(twice.length > 0 ? [`has ${twice.join(', ')} more than once`] : []),
  ];
  if (problems.length > 0) {
    throw new UserError(`${file}:${line}: the header ${problems.join(' and ')}`, {
      location: { file, line },
      remedy: `The first line must name these columns, separated by commas or semicolons: ${CUSTOMER_COLUMNS.join(', ')}.`,
    });
  }
  return {
    width: names.length,
    positions: CUSTOMER_COLUMNS.map((column) => names.indexOf(column)),
    ignored: names.filter((name) => !CUSTOMER_COLUMNS.some((column) => column === name)),
  };
}

/**
 * Checks a record against the header and the rules of the columns. Values are kept as they are (text that
 * looks like a formula is text). Dates after `latest` (YYYY-MM-DD, where given) are in the future.
 */
export function checkRow(
  fields: readonly string[],
  header: Header,
  latest: string | undefined,
): { values: string[] } | { reason: string } {
  if (fields.length !== header.width) {
    return { reason: `${fields.length} fields where the header has ${header.width}` };
  }
  const values = header.positions.map((position) => fields[position]!);
  const problems: string[] = [];
  for (const [index, column] of CUSTOMER_COLUMNS.entries()) {
    const text = values[index]!;
    const problem = textProblem(text) ?? ruleProblem(RULES[column], text, latest);
    if (problem !== undefined) problems.push(`${column}: ${problem}`);
  }
  return problems.length === 0 ? { values } : { reason: problems.join('; ') };
}

function ruleProblem(rule: Rule, text: string, latest: string | undefined): string | undefined {
  if (text === '') return rule.optional ? undefined : 'missing';
  return rule.problem(text, latest);
}

function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  if (text.includes('\uFFFD')) return 'holds bytes that are not text in the encoding of the file';
  return text.length > LONGEST ? `longer than ${LONGEST} characters` : undefined;
}

function required(problem: Rule['problem']): Rule {
  return { optional: false, problem };
}

function optional(problem: Rule['problem']): Rule {
  return { optional: true, problem };
}

function dateProblem(text: string, latest: string | undefined): string | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return 'not a date like 2026-01-31';
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return 'a date that does not exist';
  if (year < 1900) return 'a date before 1900';
  return latest !== undefined && text > latest ? 'a date in the future' : undefined;
}

/** Without an offset it is UTC; the future begins after the UTC day `latest`. */
function instantProblem(text: string, latest: string | undefined): string | undefined {
  const parts = INSTANT.exec(text);
  if (parts === null) return 'not a date with time like 2026-01-31T12:00:00Z';
  const problem = dateProblem(parts[1]!, undefined);
  if (problem !== undefined) return problem;
  const instant = Date.parse(`${parts[1]}T${parts[2]}${parts[3] ?? 'Z'}`);
  if (Number.isNaN(instant)) return 'a time with an offset that does not exist';
  return latest !== undefined && instant >= Date.parse(`${latest}T00:00:00Z`) + 86_400_000
    ? 'a date in the future'
    : undefined;
}
