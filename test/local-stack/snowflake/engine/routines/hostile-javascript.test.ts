import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

// Failure 33: SQL of a pull request runs here, and with it JavaScript that nobody has looked at.
let engine: TestEngine;
let count = 0;

beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

async function create(body: string, returns = 'VARCHAR'): Promise<string> {
  count++;
  await engine.sql(
    `CREATE FUNCTION hostile${count}() RETURNS ${returns} LANGUAGE JAVASCRIPT AS $$ ${body} $$`,
  );
  return `SELECT hostile${count}()`;
}

const names = [
  'require',
  'process',
  'module',
  'global',
  'fetch',
  'XMLHttpRequest',
  'Worker',
  'SharedArrayBuffer',
  'Atomics',
  'WebAssembly',
  'Buffer',
  'Deno',
  'Bun',
  'std',
  'os',
  'host',
  'snowflake',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'structuredClone',
  'performance',
  'navigator',
  'URL',
  'TextDecoder',
  'importScripts',
  'postMessage',
  'print',
  'load',
  'scriptArgs',
];

test('a function reaches nothing of Node, nor the way by which procedures execute statements', async () => {
  const found = await engine.value(
    await create(`return [${names.map((name) => `typeof ${name}`).join()}].join()`),
  );
  expect(found).toBe(names.map(() => 'undefined').join());
});

test.each([
  [
    'the Function constructor',
    'return this.constructor.constructor("return typeof process + typeof require")()',
  ],
  [
    'eval in the global scope',
    '(0, eval)("var escaped = 1"); return (0, eval)("typeof process + typeof require")',
  ],
  [
    'the constructor of an async function',
    'return Object.getPrototypeOf(async () => {}).constructor("return typeof process + typeof require").toString() && typeof process + typeof require',
  ],
  [
    'the constructor of an error',
    'try { null.x } catch (e) { return e.constructor.constructor("return typeof process + typeof require")() }',
  ],
])('%s sees no more', async (_name, body) => {
  expect(await engine.value(await create(body))).toBe('undefinedundefined');
});

test('import() of a module never comes to anything', async () => {
  const body =
    'let got = "nothing"; import("node:fs").then((m) => { got = Object.keys(m).join() }, () => {}); return got';
  expect(await engine.value(await create(body))).toBe('nothing');
});

describe('with a time limit', () => {
  beforeAll(() => engine.sql('ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1'));
  afterAll(() => engine.sql('ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS'));

  test.each([
    ['an infinite loop', 'while (true);'],
    ['a loop within a built-in function', 'return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'],
    ['a regular expression that backtracks for ever', 'return /(a+)+$/.test("a".repeat(60) + "b")'],
    ['a loop in a getter of the result', 'return { toString() { while (true); } }'],
    [
      'a loop in the conversion of the result',
      'Array.prototype.filter = () => { while (true); }; return [1]',
      'VARIANT',
    ],
  ])('%s ends at the time limit', async (_name, body, returns = 'VARCHAR') => {
    const error = await engine.error(await create(body, returns));
    expect([error.code, error.sqlState]).toEqual(['000630', '57014']);
    expect(await engine.value('SELECT 1')).toBe('1');
  });
});

describe('without a time limit of the session', () => {
  test.each([
    ['deep recursion', 'const f = () => f() + 1; return f()', 'stack overflow'],
    ['recursion through built-in functions', 'const f = () => [1].map(f); return f()', 'stack overflow'],
    ['deep nesting of its syntax', 'return eval("(".repeat(100000))', 'memory or stack'],
    ['deep JSON', 'return JSON.parse("[".repeat(100000))', 'SyntaxError'],
    ['a string longer than there are', 'let s = "x"; while (true) s += s', 'string too long'],
    ['a result longer than a VARCHAR', 'return "x".padEnd(16777217)', 'longer than 16777216 characters'],
    ['one array larger than the memory', 'return new Float64Array(2 ** 27).length', 'memory'],
    [
      'arrays until the memory is full',
      'const all = []; while (true) all.push(new Float64Array(2 ** 20))',
      'memory',
    ],
    ['a number of endless digits', 'return String(2n ** (2n ** 40n))', 'BigInt is too large'],
    ['a proxy that lies', 'return new Proxy({}, { get() { throw new Error("no") } })', 'Error: no'],
  ])('%s is an error that names the function', async (_name, body, part) => {
    const text = await create(body);
    const error = await engine.error(text);
    expect([error.code, error.message]).toEqual(['100132', expect.stringContaining(part)]);
    expect(error.message).toContain(`HOSTILE${count}`);
    expect(await engine.value('SELECT 1')).toBe('1');
  });

  test('what one function does to the built-in objects does not reach another', async () => {
    const spoil = await create(
      'Object.prototype.polluted = 1; JSON.stringify = () => "[]"; Array.prototype.push = null; globalThis.left = 1; return "x"',
    );
    expect(await engine.value(spoil)).toBe('x');
    expect(
      await engine.value(await create('return [typeof {}.polluted, typeof left, typeof [].push].join()')),
    ).toBe('undefined,undefined,function');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('results of another shape than the program’s are refused or read as text', async () => {
    const lie = 'Object.assign(Object.create(null), { kind: "done", result: [1] })';
    const text = await create(
      `Object.prototype.toJSON = function () { return this.kind === 'done' ? ${lie} : this }; return 'x'`,
    );
    expect((await engine.error(text)).message).toContain('gave no valid results');
  });

  test('a procedure that calls itself without end is stopped', async () => {
    await engine.sql(
      `CREATE PROCEDURE again() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS $$ snowflake.execute({ sqlText: 'CALL again()' }) $$`,
    );
    expect((await engine.error('CALL again()')).code).toBe('100132');
    expect(await engine.value('SELECT 1')).toBe('1');
  });

  test('a procedure reaches nothing but snowflake', async () => {
    await engine.sql(
      `CREATE PROCEDURE reach() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS $$ return [typeof process, typeof require, typeof host, typeof ask, typeof snowflake, Object.keys(snowflake).join('+')].join() $$`,
    );
    expect(await engine.value('CALL reach()')).toBe(
      'undefined,undefined,undefined,undefined,object,createStatement+execute+log+addEvent+setSpanAttribute',
    );
  });

  test('a procedure that catches every error is cancelled with its statement', async () => {
    await engine.sql(
      `CREATE PROCEDURE stubborn() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS $$ while (true) { try { snowflake.execute({ sqlText: 'SELECT 1' }) } catch (e) {} } $$`,
    );
    const running = engine.error('CALL stubborn()');
    setTimeout(() => engine.session.cancel(), 300);
    expect((await running).code).toBe('000604');
    expect(await engine.value('SELECT 1')).toBe('1');
  });

  test('a procedure in an endless loop is cancelled', async () => {
    await engine.sql(`CREATE PROCEDURE endless() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS $$ while (true); $$`);
    const running = engine.error('CALL endless()');
    setTimeout(() => engine.session.cancel(), 300);
    expect((await running).code).toBe('000604');
  });
});
