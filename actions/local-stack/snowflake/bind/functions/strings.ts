import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asVarchar, cast } from '../cast.ts';
import { ARRAY, BOOLEAN, INTEGER, OBJECT, VARCHAR } from '../literal.ts';
import { raise } from '../runtime-error.ts';
import { once, value } from '../value.ts';
import { bigint, over, scalar, text, typed } from './define.ts';
import type { FunctionDefinition } from './registry.ts';

/** docs.snowflake.com, "String & binary functions". Regular expressions: regexp.ts; digests and encodings: encoding.ts. */
export const STRINGS: FunctionDefinition[] = [
  ...scalar('CONCAT', [1, 255], (args) => join(args)),
  ...scalar('CONCAT_WS', [2, 255], (args) => {
    const [separator, ...rest] = args.map(asVarchar);
    const parts = rest.map((one) => one.sql).join(` || ${separator!.sql} || `);
    // One argument alone is still NULL with a NULL separator.
    const sql = rest.length > 1 ? `(${parts})` : `CASE WHEN ${separator!.sql} IS NOT NULL THEN ${parts} END`;
    return value(sql, VARCHAR, ...args);
  }),
  ...scalar(['LENGTH', 'LEN'], 1, ([arg]) =>
    arg!.type.name === 'BINARY'
      ? typed(`octet_length(${arg!.sql})`, INTEGER, arg!)
      : typed(`length(${text(arg!)})`, INTEGER, arg!),
  ),
  ...scalar('OCTET_LENGTH', 1, ([arg]) => typed(octets(arg!), INTEGER, arg!)),
  ...scalar('BIT_LENGTH', 1, ([arg]) => typed(`8 * ${octets(arg!)}`, INTEGER, arg!)),
  ...scalar(['SUBSTR', 'SUBSTRING'], [2, 3], substring),
  ...scalar('LEFT', 2, ([arg, count]) =>
    value(
      once([bigint(count!)], (n) => `left(${text(arg!)}, greatest(${n}, 0))`),
      VARCHAR,
      arg!,
      count!,
    ),
  ),
  ...scalar('RIGHT', 2, ([arg, count]) =>
    value(`right(${text(arg!)}, greatest(${bigint(count!)}, 0))`, VARCHAR, arg!, count!),
  ),
  ...over(['UPPER'], 1, asVarchar, (x) => `upper(${x})`, VARCHAR),
  ...over(['LOWER'], 1, asVarchar, (x) => `lower(${x})`, VARCHAR),
  ...scalar('INITCAP', [1, 2], ([arg, delimiters]) => {
    const marks =
      delimiters === undefined
        ? `' !?@"^#$&~_,.:;+-*%/|\\[](){}<>' || chr(9) || chr(10) || chr(13)`
        : text(delimiters);
    return value(`sf_js_initcap(${text(arg!)}, ${marks})`, VARCHAR, arg!);
  }),
  ...trims('TRIM', 'trim'),
  ...trims('LTRIM', 'ltrim'),
  ...trims('RTRIM', 'rtrim'),
  ...pads('LPAD', 'lpad'),
  ...pads('RPAD', 'rpad'),
  ...scalar('REPLACE', [2, 3], (args) => {
    const [subject, what, by] = args.map(text);
    return value(`replace(${subject}, ${what}, ${by ?? "''"})`, VARCHAR, ...args);
  }),
  ...over('TRANSLATE', 3, asVarchar, (x, from, to) => `translate(${x}, ${from}, ${to})`, VARCHAR),
  ...over('CONTAINS', 2, asVarchar, (x, part) => `contains(${x}, ${part})`, BOOLEAN),
  ...over('STARTSWITH', 2, asVarchar, (x, part) => `starts_with(${x}, ${part})`, BOOLEAN),
  ...over('ENDSWITH', 2, asVarchar, (x, part) => `ends_with(${x}, ${part})`, BOOLEAN),
  ...scalar(['CHARINDEX', 'POSITION'], [2, 3], position),
  ...scalar('REPEAT', 2, ([arg, count]) =>
    value(
      once([text(arg!), bigint(count!)], (x, n) =>
        limited(`length(${x}) * ${n}`, `repeat(${x}, greatest(${n}, 0))`),
      ),
      VARCHAR,
      arg!,
      count!,
    ),
  ),
  ...scalar('SPACE', 1, ([count]) =>
    value(
      once([bigint(count!)], (n) => limited(n, `repeat(' ', greatest(${n}, 0))`)),
      VARCHAR,
      count!,
    ),
  ),
  ...over('REVERSE', 1, asVarchar, (x) => `reverse(${x})`, VARCHAR),
  ...scalar('ASCII', 1, ([arg]) =>
    typed(
      once([text(arg!)], (x) => `CASE WHEN ${x} = '' THEN 0 ELSE ascii(${x}) END`),
      INTEGER,
      arg!,
    ),
  ),
  ...scalar('UNICODE', 1, ([arg]) =>
    typed(
      once([text(arg!)], (x) => `CASE WHEN ${x} = '' THEN 0 ELSE unicode(${x}) END`),
      INTEGER,
      arg!,
    ),
  ),
  ...scalar(['CHR', 'CHAR'], 1, ([arg]) => value(`chr(${bigint(arg!)}::INTEGER)`, VARCHAR, arg!)),
  ...scalar('INSERT', 4, ([arg, at, count, insertion]) => {
    const sql = once(
      [text(arg!), bigint(at!), bigint(count!), text(insertion!)],
      (x, n, length, by) => `(substr(${x}, 1, ${n} - 1) || ${by} || substr(${x}, ${n} + ${length}))`,
    );
    return value(sql, VARCHAR, arg!, at!, count!, insertion!);
  }),
  ...scalar('SPLIT', 2, ([arg, separator]) =>
    value(
      once(
        [text(arg!), text(separator!)],
        (x, by) =>
          `CASE WHEN ${by} = '' THEN json_array(${x}) WHEN ${x} IS NULL OR ${by} IS NULL THEN NULL ELSE to_json(string_split(${x}, ${by})) END`,
      ),
      ARRAY,
      arg!,
      separator!,
    ),
  ),
  ...scalar('SPLIT_PART', 3, ([arg, separator, part]) => {
    const sql = once(
      [text(arg!), text(separator!), bigint(part!)],
      (x, by, n) =>
        `CASE WHEN ${by} = '' THEN CASE WHEN ${n} IN (0, 1, -1) THEN ${x} ELSE '' END ELSE split_part(${x}, ${by}, CASE ${n} WHEN 0 THEN 1 ELSE ${n} END) END`,
    );
    return value(sql, VARCHAR, arg!, separator!, part!);
  }),
  ...scalar('STRTOK', [1, 3], ([arg, delimiters, part]) => {
    const by = delimiters === undefined ? "' '" : text(delimiters);
    const n = part === undefined ? '1' : bigint(part);
    return value(
      once(
        [text(arg!), by, n],
        (x, d, index) =>
          `CASE WHEN ${index} >= 1 THEN (sf_js_tokens(${x}, ${d})::JSON ->> (${index} - 1)::BIGINT) END`,
      ),
      VARCHAR,
      arg!,
    );
  }),
  ...scalar('STRTOK_TO_ARRAY', [1, 2], ([arg, delimiters]) =>
    value(
      `sf_js_tokens(${text(arg!)}, ${delimiters === undefined ? "' '" : text(delimiters)})::JSON`,
      ARRAY,
      arg!,
    ),
  ),
  ...scalar('EDITDISTANCE', [2, 3], ([left, right, most]) => {
    const distance = `sf_js_edit_distance(${text(left!)}, ${text(right!)})`;
    return typed(
      most === undefined
        ? distance
        : `CASE WHEN ${bigint(most)} IS NOT NULL THEN least(${distance}, ${bigint(most)}) END`,
      INTEGER,
      left!,
      right!,
    );
  }),
  ...scalar('JAROWINKLER_SIMILARITY', 2, ([left, right]) =>
    typed(`sf_js_jaro_winkler(${text(left!)}, ${text(right!)})`, INTEGER, left!, right!),
  ),
  ...over('SOUNDEX', 1, asVarchar, (x) => `sf_js_soundex(${x})`, VARCHAR),
  ...scalar('RTRIMMED_LENGTH', 1, ([arg]) => typed(`length(rtrim(${text(arg!)}, ' '))`, INTEGER, arg!)),
  ...scalar('PARSE_URL', [1, 2], ([arg, permissive]) => {
    const fallback = `CASE WHEN ${permissive === undefined ? 'false' : `${permissive.sql} = 1`} THEN json_object('error', CASE WHEN contains($, '://') THEN 'Invalid URL' ELSE 'scheme not specified' END) ELSE error('SF|100139|22000|Error parsing URL: ' || $)::JSON END`;
    return value(
      once(
        [text(arg!)],
        (x) =>
          `coalesce(sf_js_parse_url(${x})::JSON, CASE WHEN ${x} IS NOT NULL THEN ${fallback.replaceAll('$', x)} END)`,
      ),
      OBJECT,
      arg!,
    );
  }),
  ...scalar('COLLATE', 2, (_, call) => {
    throw notSupportedHere('COLLATE', call.position);
  }),
];

/** Arguments put together: NULL when one is. Binary stays binary. */
function join(args: Bound[]): Bound {
  if (args.every((arg) => arg.type.name === 'BINARY')) {
    return value(`(${args.map((arg) => arg.sql).join(' || ')})`, args[0]!.type, ...args);
  }
  return value(`(${args.map(text).join(' || ')})`, VARCHAR, ...args);
}

function octets(arg: Bound): string {
  return arg.type.name === 'BINARY' ? `octet_length(${arg.sql})` : `strlen(${text(arg)})`;
}

/** From 1; 0 counts as 1; negative from the end, and before the text's start there is nothing. */
function substring(args: Bound[]): Bound {
  const [subject, start, count] = args;
  if (subject!.type.name === 'BINARY') {
    const hexed = substring([
      value(`hex(${subject!.sql})`, VARCHAR, subject!),
      value(`(2 * greatest(${bigint(start!)}, 1) - 1)::DECIMAL(38,0)`, INTEGER, start!),
      ...(count ? [value(`(2 * ${bigint(count)})::DECIMAL(38,0)`, INTEGER, count)] : []),
    ]);
    return value(`from_hex(${hexed.sql})`, subject!.type, ...args);
  }
  const length = count === undefined ? '' : `, greatest(${bigint(count)}, 0)`;
  const from = start!.constant;
  if (typeof from === 'bigint' && from >= 0n) {
    return value(`substr(${text(subject!)}, ${from === 0n ? 1 : from}${length})`, VARCHAR, ...args);
  }
  const sql = once(
    [text(subject!), bigint(start!), ...(count ? [`greatest(${bigint(count)}, 0)`] : [])],
    (x, n, size) =>
      `CASE WHEN -${n} > length(${x}) THEN '' ELSE substr(${x}, CASE WHEN ${n} > 0 THEN ${n} WHEN ${n} = 0 THEN 1 ELSE length(${x}) + ${n} + 1 END${size === undefined ? '' : `, ${size}`}) END`,
  );
  return value(sql, VARCHAR, ...args);
}

/** `made`, unless its length in characters exceeds what a VARCHAR holds: asked before the memory is taken. */
function limited(length: string, made: string): string {
  const actual = `(${length})::VARCHAR`;
  const failure = raise(
    '100082',
    '22000',
    `Max LOB size (${MAX_VARCHAR}) exceeded, actual size of parsed column is `,
    actual,
  );
  return `CASE WHEN ${length} > ${MAX_VARCHAR} THEN ${failure}::VARCHAR ELSE ${made} END`;
}

function trims(name: string, duck: string): FunctionDefinition[] {
  return scalar(name, [1, 2], ([arg, characters]) =>
    value(`${duck}(${text(arg!)}, ${characters === undefined ? "' '" : text(characters)})`, VARCHAR, arg!),
  );
}

function pads(name: string, duck: string): FunctionDefinition[] {
  return scalar(name, [2, 3], ([arg, size, pad]) => {
    const by = pad === undefined ? "' '" : text(pad);
    const sql = once(
      [text(arg!), bigint(size!), by],
      (x, n, filler) =>
        `CASE WHEN ${n} < 0 THEN '' WHEN ${filler} = '' THEN left(${x}, ${n}) ELSE ${limited(n, `${duck}(${x}, ${n}::INTEGER, ${filler})`)} END`,
    );
    return value(sql, VARCHAR, arg!, size!);
  });
}

/** Where the first argument stands in the second, from 1, looking from a position; 0 when nowhere. */
function position(args: Bound[]): Bound {
  const [needle, hay, start] = args;
  if (start === undefined) return typed(`instr(${text(hay!)}, ${text(needle!)})`, INTEGER, ...args);
  const sql = once(
    [text(needle!), text(hay!), bigint(cast(start, INTEGER))],
    (part, all, from) =>
      `CASE WHEN instr(substr(${all}, ${from}), ${part}) = 0 THEN 0 ELSE instr(substr(${all}, ${from}), ${part}) + ${from} - 1 END`,
  );
  return typed(sql, INTEGER, ...args);
}
