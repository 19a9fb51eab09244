import type { Job } from './jobs.ts';
import { procedureApi } from './procedure-api.ts';

/**
 * What runs inside of the interpreter around the user's code: it makes JavaScript values of texts, calls the code,
 * makes texts of what it gives. It is a function of a job as JSON (jobs.ts) that answers an outcome as JSON. Users' code
 * may change whatever it reaches here: it spoils its own result, and the server takes that for text.
 * Source of the conversions: docs.snowflake.com, "Introduction to JavaScript UDFs", data types.
 */
export function programOf(kind: Job['kind']): string {
  return `(() => {
${common}
${KINDS[kind]}
return (text) => {
  const job = parse(text);
  try {
    return done(perform(job));
  } catch (error) {
    return thrown(report(error, job.name, job.body, job.kind === 'table' ? 0 : 2));
  }
};
})()`;
}

const common = String.raw`'use strict';
delete globalThis.SharedArrayBuffer;
const ask = globalThis.host;
delete globalThis.host;
const { parse, stringify } = JSON;
const LONGEST = 16777216;
const LARGEST_RESULT = 67108864;

const readNumber = (text) => text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
const readBytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const readers = {
  VARCHAR: (text) => text,
  FLOAT: readNumber,
  BOOLEAN: (text) => text === 'true' || text === '1',
  BINARY: readBytes,
  DATE: (text) => new Date(Number(text)),
  TIMESTAMP_NTZ: (text) => new Date(Number(text)),
  TIMESTAMP_LTZ: (text) => new Date(Number(text)),
  TIMESTAMP_TZ: (text) => new Date(Number(text)),
  VARIANT: (text) => parse(text),
  OBJECT: (text) => parse(text),
  ARRAY: (text) => parse(text),
};
const read = (type, text) => text === null ? undefined : readers[type](text);

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
const plain = (_key, value) => {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined);
  return value instanceof Uint8Array ? hex(value) : value;
};
const isTime = (type) => type === 'DATE' || type.startsWith('TIMESTAMP');
const isJson = (type) => type === 'VARIANT' || type === 'OBJECT' || type === 'ARRAY';
const checked = (text, length) => {
  if (text.length > LONGEST) throw new RangeError('the value is longer than ' + LONGEST + ' characters');
  return text;
};
/** The text of a value for a column of a type; null is SQL's NULL. */
const write = (type, value) => {
  if (value === undefined || (value === null && type !== 'VARIANT')) return null;
  if (isJson(type)) {
    const text = stringify(value, plain);
    return text === undefined ? null : checked(text);
  }
  if (isTime(type)) {
    if (!(value instanceof Date)) return 'S' + checked(String(value));
    if (Number.isNaN(value.getTime())) throw new RangeError('Invalid Date');
    return 'D' + value.getTime();
  }
  if (type === 'BINARY') {
    if (!(value instanceof Uint8Array)) throw new TypeError('a BINARY result must be a Uint8Array');
    return checked(hex(value));
  }
  return checked(String(value));
};

/** As accounts report it: what, in which routine, at which line of its body. */
const report = (error, name, body, before) => {
  // Accounts name what is not defined without quotes.
  const what = error instanceof Error ? error.name + ': ' + error.message.replace(/^'(.+)' is not defined$/, '$1 is not defined') : String(error);
  if (/out of memory/.test(what)) return 'JavaScript out of memory error: UDF thread memory limit exceeded in ' + name;
  const place = /<(?:input|anonymous|evalScript)>:(\d+)(?::(\d+))?/.exec(error instanceof Error ? String(error.stack) : '');
  const line = place === null ? 0 : Number(place[1]) - before;
  const source = body.split('\n')[line - 1];
  if (source === undefined) return 'JavaScript execution error: Uncaught ' + what + ' in ' + name;
  const position = Math.max(0, Number(place[2] ?? 1) - 1);
  return 'JavaScript execution error: Uncaught ' + what + ' in ' + name + " at '" + source.slice(0, 200) + "' position " + position + '\nstackstrace: \n' + name + ' line: ' + line;
};
const thrown = (message) => stringify({ kind: 'thrown', message: String(message).slice(0, 4000) });
const done = (result) => {
  const text = stringify({ kind: 'done', result });
  return text.length > LARGEST_RESULT ? thrown('JavaScript out of memory error: UDF thread memory limit exceeded') : text;
};
const compile = ({ parameters, body }) => new Function(...parameters.map((one) => one.name), body);

`;

const scalar = `
const perform = (job) => {
  const call = compile(job);
  const readArgument = job.parameters.map((one) => readers[one.type]);
  const { rows, returns } = job;
  // Rows are many: their values take the place of their texts.
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    for (let index = 0; index < row.length; index++) row[index] = row[index] === null ? undefined : readArgument[index](row[index]);
    rows[at] = write(returns, call(...row));
  }
  return rows;
};
`;

const table = String.raw`
const perform = (job) => {
  const handler = (0, eval)('(' + job.body + '\n)');
  if (handler === null || typeof handler !== 'object' || typeof handler.processRow !== 'function')
    throw new TypeError('the body must be an object with a function processRow');
  const found = [];
  let at = null;
  const writer = {
    writeRow(row) {
      if (row === null || typeof row !== 'object') throw new TypeError('writeRow takes an object');
      found.push({ r: at, v: job.columns.map(({ name, type }) => write(type, row[name])) });
    },
  };
  const context = {};
  const info = Object.fromEntries(job.argumentInfo.map(({ name, ...facts }) => [name, facts]));
  if (typeof handler.initialize === 'function') handler.initialize(info, context);
  job.rows.forEach((row, index) => {
    at = index + 1;
    const given = {};
    job.parameters.forEach(({ name, type }, place) => {
      given[name] = read(type, row[place]);
    });
    handler.processRow(given, writer, context);
  });
  at = null;
  if (typeof handler.finalize === 'function') handler.finalize(writer, context);
  return found;
};
`;

const KINDS: Record<Job['kind'], string> = { scalar, table, procedure: procedureApi };
