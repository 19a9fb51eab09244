/**
 * JSON text as Snowflake keeps it: keys sorted, no spaces, numbers as written except trailing zeros.
 * A key given twice is an error. Returns null for blank text.
 * @throws JsonTextError. Source: docs.snowflake.com, PARSE_JSON.
 */
export function canonicalJson(text: string): string | null {
  const reader = { text, at: 0 };
  skipSpace(reader);
  if (reader.at === text.length) return null;
  const result = readValue(reader, 0);
  skipSpace(reader);
  if (reader.at < text.length) throw new JsonTextError('unfinished or trailing text', reader.at);
  return result;
}

/** Text that is no JSON. `position` is 1-based. */
export class JsonTextError extends Error {
  override name = 'JsonTextError';
  constructor(what: string, at: number) {
    super(`${what}, pos ${at + 1}`);
  }
}

interface Reader {
  text: string;
  at: number;
}

const MAX_DEPTH = 512;
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]+/y;
/** What a string's text needs decoding or encoding for. */
const ESCAPED = /[\\"\u0000-\u001f\ud800-\udfff]/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;

function readValue(reader: Reader, depth: number): string {
  if (depth > MAX_DEPTH) throw new JsonTextError('nested too deeply', reader.at);
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === undefined) throw new JsonTextError('incomplete value', reader.at);
  if (first === '{') return readObject(reader, depth);
  if (first === '[') return readArray(reader, depth);
  if (first === '"') return quoted(readString(reader));
  const number = take(reader, NUMBER);
  if (number !== undefined) return plainNumber(number);
  const word = take(reader, WORD);
  switch (word?.toLowerCase()) {
    case 'true':
    case 'false':
    case 'null':
      return word!.toLowerCase();
    // Snowflake writes a hole of an array so, and reads it back.
    case 'undefined':
      return 'null';
    case undefined:
      throw new JsonTextError(`unexpected character '${first}'`, reader.at);
    default:
      throw new JsonTextError(`unknown keyword "${word}"`, reader.at);
  }
}

function readObject(reader: Reader, depth: number): string {
  reader.at++;
  const entries = new Map<string, string>();
  let sorted = true;
  let previous = '';
  skipSpace(reader);
  while (reader.text[reader.at] !== '}') {
    skipSpace(reader);
    const start = reader.at;
    if (reader.text[start] !== '"') throw new JsonTextError('missing object key', start);
    const key = readString(reader);
    if (entries.has(key)) throw new JsonTextError(`duplicate object attribute "${key}"`, start);
    sorted &&= previous <= key;
    previous = key;
    skipSpace(reader);
    if (reader.text[reader.at] !== ':') throw new JsonTextError('missing colon', reader.at);
    reader.at++;
    entries.set(key, readValue(reader, depth + 1));
    separator(reader, '}');
  }
  reader.at++;
  const ordered = [...entries];
  if (!sorted) ordered.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${ordered.map(([key, text]) => `${quoted(key)}:${text}`).join(',')}}`;
}

function readArray(reader: Reader, depth: number): string {
  reader.at++;
  const items: string[] = [];
  skipSpace(reader);
  while (reader.text[reader.at] !== ']') {
    items.push(readValue(reader, depth + 1));
    separator(reader, ']');
  }
  reader.at++;
  return `[${items.join(',')}]`;
}

function separator(reader: Reader, close: string): void {
  skipSpace(reader);
  const next = reader.text[reader.at];
  if (next === ',') {
    reader.at++;
    skipSpace(reader);
    if (reader.text[reader.at] === close) throw new JsonTextError('missing value', reader.at);
  } else if (next !== close) {
    throw new JsonTextError(next === undefined ? 'incomplete value' : `missing comma`, reader.at);
  }
}

function readString(reader: Reader): string {
  const { text, at } = reader;
  let end = text.indexOf('"', at + 1);
  const plain = text.slice(at + 1, end);
  if (end >= 0 && !ESCAPED.test(plain)) {
    reader.at = end + 1;
    return plain;
  }
  end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) throw new JsonTextError('unfinished string', at);
  try {
    // Snowflake takes raw line ends inside strings.
    const string = JSON.parse(text.slice(at, end + 1).replace(/[\u0000-\u001f]/g, escapeControl)) as string;
    reader.at = end + 1;
    return string;
  } catch (cause) {
    throw new JsonTextError(`bad escape in string (${(cause as Error).message})`, at);
  }
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function skipSpace(reader: Reader): void {
  for (; reader.at < reader.text.length; reader.at++) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
  }
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

/** 1.50 -> 1.5, 01 -> 1, .5 -> 0.5; an exponent goes through a double. */
function plainNumber(text: string): string {
  if (INTEGER.test(text)) return text;
  if (/[eE]/.test(text)) return finite(Number(text), text);
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const decimals = fraction.replace(/0+$/, '');
  return `${text.startsWith('-') ? '-' : ''}${digits}${decimals === '' ? '' : `.${decimals}`}`;
}

function finite(number: number, text: string): string {
  if (!Number.isFinite(number)) throw new JsonTextError(`number out of range ${text}`, 0);
  return String(number);
}
