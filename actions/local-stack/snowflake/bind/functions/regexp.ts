import { notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../bound.ts';
import { ARRAY, BOOLEAN, INTEGER, VARCHAR } from '../literal.ts';
import { once, quote, value } from '../value.ts';
import { bigint, constantInteger, constantText, scalar, text, typed } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/**
 * docs.snowflake.com, "String functions (regular expressions)". DuckDB's engine is RE2: no backreferences in
 * patterns and no look-around, as in Snowflake.
 */
export const REGEXP: FunctionDefinition[] = [
  ...scalar(['REGEXP_LIKE', 'RLIKE', 'REGEXP'], [2, 3], ([subject, pattern, parameters], call) =>
    value(
      `regexp_full_match(${text(subject!)}, ${regexp(pattern!, parameters, call)})`,
      BOOLEAN,
      subject!,
      pattern!,
    ),
  ),
  ...scalar('REGEXP_COUNT', [2, 4], ([subject, pattern, start, parameters], call) =>
    typed(
      `len(regexp_extract_all(${from(subject!, start)}, ${regexp(pattern!, parameters, call)}))`,
      INTEGER,
      subject!,
      pattern!,
    ),
  ),
  ...scalar('REGEXP_SUBSTR', [2, 6], ([subject, pattern, start, occurrence, parameters, group], call) => {
    const n = occurrence === undefined ? '1' : bigint(occurrence);
    return value(
      `${allMatches(subject!, pattern!, start, parameters, group, call)}[${n}]`,
      VARCHAR,
      subject!,
      pattern!,
    );
  }),
  ...scalar(
    ['REGEXP_SUBSTR_ALL', 'REGEXP_EXTRACT_ALL'],
    [2, 6],
    ([subject, pattern, start, occurrence, parameters, group], call) => {
      const skip = occurrence === undefined ? 1 : constantInteger(occurrence, call, '4');
      return value(
        `to_json(${allMatches(subject!, pattern!, start, parameters, group, call)}[${skip}:])`,
        ARRAY,
        subject!,
        pattern!,
      );
    },
  ),
  ...scalar('REGEXP_REPLACE', [2, 6], replace),
  ...scalar('REGEXP_INSTR', [2, 7], instr),
];

/** The pattern with its parameters as RE2's inline flags. c: exact case, i: any case, m: lines, s: . is any character. */
function regexp(pattern: Bound, parameters: Bound | undefined, call: CallFacts): string {
  const letters = parameters === undefined ? 'c' : constantText(parameters, call, 'parameters');
  const wrong = /[^cimse]/.exec(letters);
  if (wrong) {
    throw new SnowflakeError('100049', '22023', `Invalid regular expression parameter: '${wrong[0]}'`, {
      position: call.position,
    });
  }
  const anyCase = letters.lastIndexOf('i') > letters.lastIndexOf('c');
  const on = `${anyCase ? 'i' : ''}${letters.includes('m') ? 'm' : ''}${letters.includes('s') ? 's' : ''}`;
  const off = [...'ims'].filter((letter) => !on.includes(letter)).join('');
  const flags = `(?${on}${off === '' ? '' : `-${off}`})`;
  return typeof pattern.constant === 'string'
    ? quote(`${flags}${pattern.constant}`)
    : `(${quote(flags)} || ${text(pattern)})`;
}

function from(subject: Bound, start: Bound | undefined): string {
  if (start === undefined || start.constant === 1n) return text(subject);
  return `substr(${text(subject)}, ${bigint(start)})`;
}

/** The list of matches, or of a group's text when `e` is among the parameters or a group is given. */
function allMatches(
  subject: Bound,
  pattern: Bound,
  start: Bound | undefined,
  parameters: Bound | undefined,
  group: Bound | undefined,
  call: CallFacts,
): string {
  const wantsGroup = typeof parameters?.constant === 'string' && parameters.constant.includes('e');
  const index = group !== undefined ? constantInteger(group, call, 'group') : wantsGroup ? 1 : 0;
  return `regexp_extract_all(${from(subject, start)}, ${regexp(pattern, parameters, call)}, ${index})`;
}

/**
 * A list whose first item is the text before the first match, and each other item a match, chr(2), and the text
 * after it up to the next: the exact places of matches, which DuckDB does not tell.
 */
function marked(subject: string, pattern: string): string {
  return `string_split(regexp_replace(${subject}, ${pattern}, chr(1) || '\\0' || chr(2), 'g'), chr(1))`;
}

function replace(args: Bound[], call: CallFacts): Bound {
  const [subject, pattern, by, start, occurrence, parameters] = args;
  const how = regexp(pattern!, parameters, call);
  const replacement = by === undefined ? "''" : text(by);
  const which = occurrence === undefined ? 0 : constantInteger(occurrence, call, 'occurrence');
  const head =
    start === undefined || start.constant === 1n
      ? ''
      : `substr(${text(subject!)}, 1, ${bigint(start)} - 1) || `;
  const body = from(subject!, start);
  if (which === 0) {
    return value(`(${head}regexp_replace(${body}, ${how}, ${replacement}, 'g'))`, VARCHAR, ...args);
  }
  const sql = once(
    [body, marked(body, how), replacement],
    (all, parts, r) =>
      `CASE WHEN len(${parts}) <= ${which} THEN ${all} ELSE replace(array_to_string(${parts}[1:${which}], ''), chr(2), '') || regexp_replace(split_part(${parts}[${which + 1}], chr(2), 1), ${how}, ${r}) || split_part(${parts}[${which + 1}], chr(2), 2) || replace(array_to_string(${parts}[${which + 2}:], ''), chr(2), '') END`,
  );
  return value(`(${head}${sql})`, VARCHAR, ...args);
}

/** Place of the n-th match from 1, or of what follows it with option 1; 0 when there is none. */
function instr(args: Bound[], call: CallFacts): Bound {
  const [subject, pattern, start, occurrence, option, parameters, group] = args;
  const ofGroup = typeof parameters?.constant === 'string' && parameters.constant.includes('e');
  if (ofGroup || group !== undefined) throw notSupportedHere('REGEXP_INSTR of a group', call.position);
  const which = occurrence === undefined ? 1 : constantInteger(occurrence, call, 'occurrence');
  const after = option === undefined ? 0 : constantInteger(option, call, 'option');
  const offset = start === undefined ? '0' : `${bigint(start)} - 1`;
  const sql = once(
    [marked(from(subject!, start), regexp(pattern!, parameters, call)), offset],
    (parts, skipped) =>
      `CASE WHEN len(${parts}) <= ${which} THEN 0 ELSE ${skipped} + 1 + length(replace(array_to_string(${parts}[1:${which}], ''), chr(2), ''))${after === 1 ? ` + length(split_part(${parts}[${which + 1}], chr(2), 1))` : ''} END`,
  );
  return typed(sql, INTEGER, ...args);
}
