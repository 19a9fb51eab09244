import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { quote } from './value.ts';

const MARK = 'SF|';

/**
 * SQL that stops the statement with a Snowflake error when it is evaluated; NULL when `detail` is NULL.
 * `before`/`after` are text around the SQL expression `detail`.
 */
export function raise(code: string, sqlState: string, before: string, detail?: string, after = ''): string {
  const head = quote(`${MARK}${code}|${sqlState}|${before}`);
  return detail === undefined ? `error(${head})` : `error(${head} || (${detail}) || ${quote(after)})`;
}

type Known = [pattern: RegExp, code: string, sqlState: string, text: (...groups: string[]) => string];

/** DuckDB's messages for what Snowflake reports by number. */
const KNOWN: Known[] = [
  [
    /Could not convert string ["'](.*)["'] to (?:DECIMAL|U?INT|U?HUGEINT|BIGINT|DOUBLE|FLOAT)/s,
    '100038',
    '22018',
    (text) => `Numeric value '${text}' is not recognized`,
  ],
  [/Could not cast value (\S+) to DECIMAL\((\d+),(\d+)\)/, '100046', '22003', outOfRange],
  [/Casting value "([^"]*)" to type DECIMAL\((\d+),(\d+)\) failed/, '100046', '22003', outOfRange],
  [/Type \w+ with value (\S+) can't be cast/, '100046', '22003', (text) => outOfRange(text, '38', '0')],
  [
    /Overflow in (?:addition|subtraction|multiplication|negation)[^(]*(?:\(\d+\) )?\(?([^;]*?)\)?;/,
    '100046',
    '22003',
    (text) => outOfRange(text, '38', '0'),
  ],
  [/^Out of Range Error/, '100046', '22003', () => 'Number out of representable range'],
  [
    /(?:invalid date field format|date field value out of range): "([^"]*)"/,
    '100040',
    '22007',
    (text) => `Date '${text}' is not recognized`,
  ],
  [
    /(?:invalid timestamp field format|timestamp field value out of range): "([^"]*)"/,
    '100035',
    '22007',
    (text) => `Timestamp '${text}' is not recognized`,
  ],
  [
    /time field value out of range: "([^"]*)"/,
    '100108',
    '22007',
    (text) => `Time '${text}' is not recognized`,
  ],
  [/[Dd]ivi(?:sion|de) by zero/, '100051', '22012', () => 'Division by zero'],
  [/Malformed JSON/, '100069', '22P02', () => 'Error parsing JSON'],
  [/NOT NULL constraint failed/, '100072', '22000', () => 'NULL result in a non-nullable column'],
  [
    /More than one row returned by a subquery/,
    '090150',
    '22000',
    () => 'Single-row subquery returns more than one row.',
  ],
  [/Unknown TimeZone '([^']*)'/, '100293', '22023', (zone) => `Unknown timezone: '${zone}'`],
  [
    /^Invalid Input Error: (missing [\])]|missing argument|invalid |bad |no argument|unexpected \)|trailing \\)(.*)/s,
    '100048',
    '2201B',
    (what, rest) => `Invalid regular expression: ${what}${rest}`,
  ],
  [/^INTERRUPT Error/, '000604', '57014', () => 'SQL execution canceled'],
];

/** SB1 to SB16 is how many bytes hold the precision. */
function outOfRange(text = '', precision = '38', scale = '0'): string {
  const digits = Number(precision);
  const bytes = digits <= 2 ? 1 : digits <= 4 ? 2 : digits <= 9 ? 4 : digits <= 18 ? 8 : 16;
  return `Number out of representable range: type FIXED[SB${bytes}](${precision},${scale}){nullable}, value ${text}`;
}

/**
 * The Snowflake error that a failure inside DuckDB stands for, or undefined when `error` is not DuckDB's.
 * What is unknown becomes 000603 with the cause kept and no SQL in the text.
 */
export function snowflakeErrorFromDuck(error: unknown): SnowflakeError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof SnowflakeError) return error;
  const text = error.message;
  const at = text.indexOf(MARK);
  if (at >= 0) {
    const [code = '', sqlState = '', ...rest] = text.slice(at + MARK.length).split('|');
    if (/^\d{6}$/.test(code)) {
      return new SnowflakeError(code, sqlState, withoutLine(rest.join('|')), { cause: error });
    }
  }
  const plain = withoutLine(text);
  for (const [pattern, code, sqlState, message] of KNOWN) {
    const found = pattern.exec(plain);
    if (found) return new SnowflakeError(code, sqlState, message(...found.slice(1)), { cause: error });
  }
  if (!/^[A-Z][A-Za-z -]* (?:Error|exception)\b/.test(text)) return undefined;
  return new SnowflakeError(
    '000603',
    'XX000',
    'SQL execution internal error: the local Snowflake failed to run the statement.',
    { cause: error },
  );
}

/** DuckDB appends the query's line and a caret. */
function withoutLine(text: string): string {
  return text.replace(/\n\nLINE \d+:[\s\S]*$/, '');
}
