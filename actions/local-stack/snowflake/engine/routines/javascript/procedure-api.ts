/**
 * The part of the program inside of the interpreter that procedures see: snowflake, Statement, ResultSet, SfDate.
 * Source: docs.snowflake.com, "JavaScript stored procedures API".
 */
export const procedureApi = `
class SfDate extends Date {
  #seconds;
  #nanos;
  #scale;
  constructor([seconds, nanos], scale) {
    super(seconds * 1000 + Math.floor(nanos / 1000000));
    this.#seconds = seconds;
    this.#nanos = nanos;
    this.#scale = scale;
  }
  getEpochSeconds() {
    return this.#seconds;
  }
  getNanoSeconds() {
    return this.#nanos;
  }
  getScale() {
    return this.#scale;
  }
  getTimezone() {
    return -this.getTimezoneOffset();
  }
}
/** Whole seconds, and nanoseconds after them. */
const instantOf = (text) => {
  const seconds = Math.floor(Number(text));
  const digits = Number((text.split('.')[1] ?? '').padEnd(9, '0').slice(0, 9));
  return [seconds, text.startsWith('-') && digits > 0 ? 1000000000 - digits : digits];
};
/** The instant at which the clocks of the session's zone show these fields. */
const wallClock = ([seconds, nanos]) => {
  const utc = new Date(seconds * 1000);
  const local = new Date(2000, 0, 1, utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds());
  local.setFullYear(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate());
  return [local.getTime() / 1000, nanos];
};
/** Values as rows of a result hold them. */
const rowReaders = {
  ...readers,
  NUMBER: readNumber,
  TIME: (text) => new Date(Number(text) * 1000).toISOString().slice(11, 19),
  DATE: (text) => new SfDate(wallClock([Number(text) * 86400, 0]), 0),
  TIMESTAMP_NTZ: (text, scale) => new SfDate(wallClock(instantOf(text)), scale),
  TIMESTAMP_LTZ: (text, scale) => new SfDate(instantOf(text), scale),
  TIMESTAMP_TZ: (text, scale) => new SfDate(instantOf(text.split(' ')[0]), scale),
};
const readRow = ({ type, scale }, text) => text === null ? null : rowReaders[type](text, scale ?? 0);

const bindOf = (value) => {
  if (value === undefined || value === null) return { type: 'TEXT', value: null };
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) ? { type: 'FIXED', value: String(value) } : { type: 'REAL', value: String(value) };
    case 'string':
      return { type: 'TEXT', value };
    case 'boolean':
      return { type: 'BOOLEAN', value: String(value) };
  }
  if (value instanceof Date) return { type: 'TIMESTAMP_LTZ', value: String(BigInt(value.getTime()) * 1000000n) };
  throw new Error('Unsupported type for binding argument: ' + Object.prototype.toString.call(value).slice(8, -1));
};
const executeOnServer = (sqlText, binds) => {
  const answer = parse(ask(stringify({ sqlText, binds: binds.map(bindOf) })));
  if (answer.error === undefined) return answer;
  const error = new Error(answer.error.message);
  error.code = answer.error.code;
  error.state = answer.error.state;
  error.stackTraceTxt = answer.error.stackTraceTxt;
  throw error;
};

const KINDS = {
  Array: ['ARRAY'],
  Binary: ['BINARY'],
  Boolean: ['BOOLEAN'],
  Date: ['DATE'],
  Number: ['NUMBER', 'FLOAT'],
  Object: ['OBJECT'],
  Text: ['VARCHAR'],
  Time: ['TIME'],
  Timestamp: ['TIMESTAMP_NTZ', 'TIMESTAMP_LTZ', 'TIMESTAMP_TZ'],
  Variant: ['VARIANT'],
};
const JAVASCRIPT_KINDS = { NUMBER: 'number', FLOAT: 'number', VARCHAR: 'string', NULL: 'string', BOOLEAN: 'boolean' };
const SQL_TYPES = { NUMBER: 'FIXED', FLOAT: 'REAL', VARCHAR: 'TEXT', NULL: 'TEXT' };
/** What Statement and ResultSet tell of their columns and of what the statement did. */
class Executed {
  #answer = null;
  _take(answer) {
    this.#answer = answer;
  }
  _answer() {
    if (this.#answer === null) throw new Error('Statement is not executed yet');
    return this.#answer;
  }
  _column(index) {
    const { columns } = this._answer();
    const found = typeof index === 'string' ? columns.find((one) => one.name === index.toUpperCase() || one.name === index) : columns[index - 1];
    if (found === undefined) throw new Error('Given column name/index does not exist: ' + index);
    return found;
  }
  getColumnCount() {
    return this._answer().columns.length;
  }
  getColumnName(index) {
    return this._column(index).name;
  }
  getColumnScale(index) {
    return this._column(index).scale ?? 0;
  }
  getColumnSqlType(index) {
    const { type } = this._column(index);
    return SQL_TYPES[type] ?? type;
  }
  getColumnType(index) {
    return JAVASCRIPT_KINDS[this._column(index).type] ?? 'object';
  }
  isColumnNullable(index) {
    return this._column(index).nullable;
  }
  getQueryId() {
    return this._answer().queryId;
  }
  getRowCount() {
    return this._answer().rows.length;
  }
  getNumRowsAffected() {
    return this._answer().rowsAffected;
  }
}
for (const [kind, types] of Object.entries(KINDS)) {
  Executed.prototype['isColumn' + kind] = function (index) {
    return types.includes(this._column(index).type);
  };
}
class ResultSet extends Executed {
  #at = -1;
  next() {
    const { rows, columns } = this._answer();
    this.#at = Math.min(this.#at + 1, rows.length);
    if (this.#at >= rows.length) return false;
    columns.forEach((column, index) => {
      // Columns are properties too, unless a method has that name.
      if (!(column.name in ResultSet.prototype)) this[column.name] = readRow(column, rows[this.#at][index]);
    });
    return true;
  }
  #cell(index) {
    const column = this._column(index);
    const { rows, columns } = this._answer();
    const row = rows[this.#at];
    if (row === undefined) throw new Error(this.#at < 0 ? 'ResultSet is not positioned on a row: call next() first' : 'ResultSet is empty or not prepared. Call next() first.');
    return [column, row[columns.indexOf(column)]];
  }
  getColumnValue(index) {
    return readRow(...this.#cell(index));
  }
  getColumnValueAsString(index) {
    const [column, text] = this.#cell(index);
    if (text === null) return null;
    if (isJson(column.type)) return text;
    const value = readRow(column, text);
    return value instanceof Uint8Array ? text : column.type === 'NUMBER' ? text : String(value);
  }
}
class Statement extends Executed {
  #sqlText;
  #binds;
  constructor(command) {
    super();
    const sqlText = command?.sqlText;
    if (typeof sqlText !== 'string' || sqlText === '') throw new Error('Argument sqlText must be given and not be empty');
    this.#sqlText = sqlText;
    this.#binds = command.binds ?? [];
    if (!Array.isArray(this.#binds)) throw new Error('Argument binds must be an array');
    this.#binds.forEach(bindOf);
  }
  execute() {
    const answer = executeOnServer(this.#sqlText, this.#binds);
    this._take(answer);
    const result = new ResultSet();
    result._take(answer);
    return result;
  }
  getSqlText() {
    return this.#sqlText;
  }
  #count(name) {
    const { columns, rows } = this._answer();
    const at = columns.findIndex((one) => one.name === name);
    return at < 0 ? 0 : Number(rows[0][at]);
  }
  getNumRowsInserted() {
    return this.#count('number of rows inserted');
  }
  getNumRowsUpdated() {
    return this.#count('number of rows updated');
  }
  getNumRowsDeleted() {
    return this.#count('number of rows deleted');
  }
  getNumDuplicateRowsUpdated() {
    return this.#count('number of multi-joined rows updated');
  }
}
const snowflake = Object.freeze({
  createStatement: (command) => new Statement(command),
  execute: (command) => new Statement(command).execute(),
  // Logs and traces go to an event table, and an account without one drops them.
  log() {},
  addEvent() {},
  setSpanAttribute() {},
});

/** What a procedure returns, with its type, in the encoding of rows. */
const returned = (type, value) => {
  if (value === undefined || (value === null && type !== 'VARIANT')) return { type, text: null };
  if (isJson(type)) {
    const text = stringify(value, plain);
    return { type: 'VARIANT', text: text === undefined ? null : checked(text) };
  }
  if (value instanceof Date && isTime(type)) return { type: 'TIMESTAMP_LTZ', text: (value.getTime() / 1000).toFixed(9) };
  if (value instanceof Uint8Array) return { type: 'BINARY', text: hex(value) };
  if (typeof value === 'boolean' && type === 'BOOLEAN') return { type, text: value ? '1' : '0' };
  return { type: 'VARCHAR', text: checked(String(value)) };
};
const perform = (job) => {
  globalThis.snowflake = snowflake;
  const args = job.args.map((text, index) => text === null ? undefined : readRow(job.parameters[index], text));
  return returned(job.returns, compile(job).apply(undefined, args));
};
`;
