import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { MAX_BINARY } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asVarchar, cast } from '../cast.ts';
import { INTEGER, VARCHAR } from '../literal.ts';
import { quote, value } from '../value.ts';
import { base64 } from './conversion.ts';
import { constantInteger, constantText, define, scalar, text, typed, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

const BINARY: SnowflakeType = { name: 'BINARY', length: MAX_BINARY };
const DIFFERENT = 'stable, but the values differ from an account’s';

/** docs.snowflake.com, "Cryptographic / checksum", "Encoding / decoding" and "Hash functions". */
export const ENCODING: FunctionDefinition[] = [
  ...scalar(['MD5', 'MD5_HEX'], 1, ([arg]) => value(`md5(${bytes(arg!)})`, VARCHAR, arg!)),
  ...scalar('MD5_BINARY', 1, ([arg]) => value(`from_hex(md5(${bytes(arg!)}))`, BINARY, arg!)),
  ...scalar('MD5_NUMBER_LOWER64', 1, ([arg]) =>
    typed(`('0x' || substr(md5(${bytes(arg!)}), 17))::UBIGINT`, INTEGER, arg!),
  ),
  ...scalar('MD5_NUMBER_UPPER64', 1, ([arg]) =>
    typed(`('0x' || substr(md5(${bytes(arg!)}), 1, 16))::UBIGINT`, INTEGER, arg!),
  ),
  ...scalar(['SHA1', 'SHA1_HEX'], 1, ([arg]) => value(`sha1(${bytes(arg!)})`, VARCHAR, arg!)),
  ...scalar('SHA1_BINARY', 1, ([arg]) => value(`from_hex(sha1(${bytes(arg!)}))`, BINARY, arg!)),
  ...scalar(['SHA2', 'SHA2_HEX'], [1, 2], ([arg, size], call) =>
    value(`lower(hex(${sha2(arg!, size, call)}))`, VARCHAR, arg!),
  ),
  ...scalar('SHA2_BINARY', [1, 2], ([arg, size], call) => value(sha2(arg!, size, call), BINARY, arg!)),
  ...scalar(
    'HASH',
    [1, 255],
    (args) => value(`(${hash(args)}::HUGEINT - 9223372036854775808)::DECIMAL(38,0)`, INTEGER, ...args),
    { approximated: DIFFERENT },
  ),
  ...define(
    'aggregate',
    'HASH_AGG',
    [1, 255],
    (args, call) => {
      const all = `sum(${call.distinct ? 'DISTINCT ' : ''}${hash(args)}::HUGEINT)${call.overSql ? ` ${call.overSql}` : ''}`;
      return value(
        `(coalesce(${all}, 0) % 18446744073709551616 - 9223372036854775808)::DECIMAL(38,0)`,
        INTEGER,
        ...args,
      );
    },
    { approximated: DIFFERENT },
  ),
  ...scalar(
    'UUID_STRING',
    [0, 2],
    (args, call) => {
      if (args.length > 0) throw wrongType(call, ...args);
      return value('uuid()::VARCHAR', VARCHAR);
    },
    { approximated: 'without arguments only' },
  ),
  ...scalar('HEX_ENCODE', [1, 2], ([arg, upper]) => {
    const hexed = `hex(${blob(arg!)})`;
    return value(upper?.constant === 0n ? `lower(${hexed})` : hexed, VARCHAR, arg!);
  }),
  ...scalar('HEX_DECODE_BINARY', 1, ([arg]) => cast(asVarchar(arg!), BINARY)),
  ...scalar('TRY_HEX_DECODE_BINARY', 1, ([arg]) => cast(asVarchar(arg!), BINARY, { try: true })),
  ...scalar('HEX_DECODE_STRING', 1, ([arg]) =>
    value(`decode(${cast(asVarchar(arg!), BINARY).sql})`, VARCHAR, arg!),
  ),
  ...scalar('TRY_HEX_DECODE_STRING', 1, ([arg]) =>
    value(`decode(${cast(asVarchar(arg!), BINARY, { try: true }).sql})`, VARCHAR, arg!),
  ),
  ...scalar('BASE64_ENCODE', [1, 3], ([arg, width, alphabet], call) => {
    const size = width === undefined ? 0 : constantInteger(width, call, '2');
    const encoded = alphabetOf(alphabet, call).reduce(
      (sql, character, index) =>
        character === STANDARD[index] ? sql : `replace(${sql}, '${STANDARD[index]}', ${quote(character)})`,
      `to_base64(${blob(arg!)})`,
    );
    if (size === 0) return value(encoded, VARCHAR, arg!);
    return value(`array_to_string(regexp_extract_all(${encoded}, '.{1,${size}}'), chr(10))`, VARCHAR, arg!);
  }),
  ...scalar('BASE64_DECODE_BINARY', [1, 2], ([arg, alphabet], call) =>
    value(fromBase64(arg!, false, alphabetOf(alphabet, call)), BINARY, arg!),
  ),
  ...scalar('TRY_BASE64_DECODE_BINARY', [1, 2], ([arg, alphabet], call) =>
    value(fromBase64(arg!, true, alphabetOf(alphabet, call)), BINARY, arg!),
  ),
  ...scalar('BASE64_DECODE_STRING', [1, 2], ([arg, alphabet], call) =>
    value(`decode(${fromBase64(arg!, false, alphabetOf(alphabet, call))})`, VARCHAR, arg!),
  ),
  ...scalar('TRY_BASE64_DECODE_STRING', [1, 2], ([arg, alphabet], call) =>
    value(`decode(${fromBase64(arg!, true, alphabetOf(alphabet, call))})`, VARCHAR, arg!),
  ),
];

/** What a digest is taken of: bytes, or the text. */
function bytes(arg: Bound): string {
  return arg.type.name === 'BINARY' ? arg.sql : text(arg);
}

function blob(arg: Bound): string {
  return arg.type.name === 'BINARY' ? arg.sql : `encode(${text(arg)})`;
}

function sha2(arg: Bound, size: Bound | undefined, call: CallFacts): string {
  const bits = size === undefined ? 256 : constantInteger(size, call, '2');
  if (bits === 256 || bits === 0) return `from_hex(sha256(${bytes(arg)}))`;
  if (bits !== 224 && bits !== 384 && bits !== 512) throw wrongType(call, arg, size!);
  return `sf_js_digest(${blob(arg)}, 'sha${bits}')`;
}

/** Numbers of one value hash alike whatever their scale; a NULL counts too. */
function hash(args: Bound[]): string {
  const keys = args.map((arg) => {
    if (arg.type.name === 'FLOAT') return `sf_float_text(${arg.sql})`;
    if (arg.type.name !== 'NUMBER') return `${arg.sql}::VARCHAR`;
    return arg.type.scale === 0 ? `${arg.sql}::VARCHAR` : `rtrim(rtrim(${arg.sql}::VARCHAR, '0'), '.')`;
  });
  return `hash(${keys.join(', ')})`;
}

/** Characters 62 and 63 and the padding. */
const STANDARD = ['+', '/', '='];

/** The three characters, of which the argument names the first ones. */
function alphabetOf(alphabet: Bound | undefined, call: CallFacts): string[] {
  const given = alphabet === undefined ? [] : [...constantText(alphabet, call, 'alphabet')];
  return STANDARD.map((character, index) => given[index] ?? character);
}

function fromBase64(arg: Bound, attempt: boolean, alphabet: string[]): string {
  const standard = alphabet.reduce(
    (sql, character, index) =>
      character === STANDARD[index] ? sql : `replace(${sql}, ${quote(character)}, '${STANDARD[index]}')`,
    text(arg),
  );
  return base64(standard, attempt);
}
