import { expect, test } from 'vitest';
import { blockVariableMark } from '../../../actions/shared/sql/grammar/reader.ts';
import { parseScript, parseStatement } from '../../../actions/shared/sql/parse.ts';

test('a block keeps declarations, statements and handlers', () => {
  const tree = parseStatement(`
    declare
      n int default 0;
      s := 'x';
      c cursor for select a from t where b = ?;
      r resultset default (select 1);
      e exception (-20001, 'bad');
    begin
      let m number(10,2) := (select max(a) from t);
      n := n + 1;
      open c using (n);
      fetch c into n, s;
      close c;
      select a, b into :n, s from t;
      insert into t values (:n);
      r := (show tables);
      if (n > 1) then return table(r); elseif (n = 1) then raise e; else null; end if;
    exception
      when e or statement_error then return sqlerrm;
      when other then raise;
    end`);
  expect(tree).toMatchObject({
    kind: 'block',
    declarations: [
      { kind: 'variable', name: { name: 'N' }, type: { name: 'INT' }, default: { text: '0' } },
      { kind: 'variable', type: null, default: { value: 'x' } },
      { kind: 'cursor', query: { kind: 'query' } },
      { kind: 'resultset', query: { kind: 'select' } },
      { kind: 'exception', number: -20001, message: 'bad' },
    ],
    body: [
      { kind: 'let', declaration: { kind: 'variable', name: { name: 'M' }, default: { kind: 'subquery' } } },
      { kind: 'assign', name: { name: 'N' }, value: { operator: '+' } },
      { kind: 'open', using: [{ kind: 'column' }] },
      { kind: 'fetch', into: [{ name: 'N' }, { name: 'S' }] },
      { kind: 'close', cursor: { name: 'C' } },
      { kind: 'selectInto', into: [{ name: 'N' }, { name: 'S' }], query: { kind: 'query' } },
      { kind: 'insert', source: { body: { rows: [[{ kind: 'bind', name: 'N', index: null }]] } } },
      { kind: 'assign', value: { kind: 'show' } },
      {
        kind: 'if',
        branches: [
          { condition: { operator: '>' }, body: [{ kind: 'return', value: { table: { name: 'R' } } }] },
          { body: [{ kind: 'raise', name: { name: 'E' } }] },
        ],
        otherwise: [{ kind: 'null' }],
      },
    ],
    handlers: [
      {
        names: [{ name: 'E' }, { name: 'STATEMENT_ERROR' }],
        body: [{ kind: 'return', value: { kind: 'column' } }],
      },
      { names: [{ name: 'OTHER' }], body: [{ kind: 'raise', name: null }] },
    ],
  });
});

test('loops and branches of every form', () => {
  const tree = parseStatement(`begin
    for i in reverse 1 to 10 do continue; end for;
    for x in c loop break outer_loop; end loop outer_loop;
    while (a < 1) do a := a + 1; end while;
    repeat a := 1; until (a > 1) end repeat;
    loop exit; end loop l;
    case (a) when 1 then return 1; else return 2; end case;
    case when a = 1 then return 1; end;
    begin null; end;
    begin transaction; commit;
    return;
  end;`);
  expect(tree).toMatchObject({
    body: [
      {
        kind: 'forRange',
        reverse: true,
        from: { text: '1' },
        to: { text: '10' },
        body: [{ kind: 'continue' }],
      },
      { kind: 'forCursor', cursor: { name: 'C' }, label: { name: 'OUTER_LOOP' }, body: [{ kind: 'break' }] },
      { kind: 'while', condition: { operator: '<' } },
      { kind: 'repeat', until: { operator: '>' } },
      { kind: 'loop', label: { name: 'L' } },
      {
        kind: 'scriptCase',
        operand: { kind: 'column' },
        branches: [{ when: { text: '1' } }],
        otherwise: [{}],
      },
      { kind: 'scriptCase', operand: null, otherwise: [] },
      { kind: 'block' },
      { kind: 'transaction', action: 'begin' },
      { kind: 'transaction', action: 'commit' },
      { kind: 'return', value: null },
    ],
  });
});

test('ELSE IF is an IF of its own inside the ELSE', () => {
  expect(parseStatement('begin if (a) then null; else if (b) then null; end if; end if; end')).toMatchObject({
    body: [{ kind: 'if', branches: [{}], otherwise: [{ kind: 'if', otherwise: [] }] }],
  });
});

test('SELECT INTO may follow WITH', () => {
  expect(parseStatement('begin with a as (select 1 x) select x into :y from a; end')).toMatchObject({
    body: [{ kind: 'selectInto', into: [{ name: 'Y' }], query: { with: [{ name: { name: 'A' } }] } }],
  });
});

test('a script is its statements in order, and question marks are counted anew in each', () => {
  expect(parseScript(';select ?; begin; -- x\nselect ?;;')).toMatchObject([
    { kind: 'select', query: { body: { items: [{ expression: { kind: 'bind', index: 0 } }] } } },
    { kind: 'transaction' },
    { kind: 'select', query: { body: { items: [{ expression: { kind: 'bind', index: 0 } }] } } },
  ]);
});

test('SELECT of a column named procedure is a query', () => {
  expect(parseStatement('begin select x as procedure from t; end')).toMatchObject({
    body: [{ kind: 'select' }],
  });
});

test('a handler goes on with CONTINUE and leaves the block without', () => {
  expect(
    parseStatement('begin null; exception when e continue then null; when other exit then null; end'),
  ).toMatchObject({
    handlers: [
      { names: [{ name: 'E' }], continues: true, body: [{ kind: 'null' }] },
      { names: [{ name: 'OTHER' }], continues: false },
    ],
  });
});

test('ASYNC stands before a statement, AWAIT before a RESULTSET or ALL', () => {
  expect(
    parseStatement(
      'declare r resultset := async (select 1); begin async (insert into t values (1)); r := async (call p()); await r; await all; cancel r; end',
    ),
  ).toMatchObject({
    declarations: [{ kind: 'resultset', async: true, query: { kind: 'select' } }],
    body: [
      { kind: 'async', statement: { kind: 'insert' } },
      { kind: 'assign', async: true, value: { kind: 'callProcedure' } },
      { kind: 'await', resultset: { name: 'R' } },
      { kind: 'await', resultset: null },
      { kind: 'cancel', resultset: { name: 'R' } },
    ],
  });
});

test('RETURN TABLE takes a RESULTSET or the rows of a cursor', () => {
  expect(
    parseStatement('begin if (a) then return table(r); end if; return table(resultset_from_cursor(c)); end'),
  ).toMatchObject({
    body: [
      { branches: [{ body: [{ value: { table: { name: 'R' }, fromCursor: false } }] }] },
      { value: { table: { name: 'C' }, fromCursor: true } },
    ],
  });
});

test('WITH … AS PROCEDURE is a CALL that brings its procedure', () => {
  expect(
    parseStatement(
      'with p as procedure (n int) returns int language sql as $$ begin return n; end $$ call p(1)',
    ),
  ).toMatchObject({
    kind: 'callProcedure',
    args: [{ text: '1' }],
    anonymous: {
      kind: 'createRoutine',
      type: 'PROCEDURE',
      parameters: [{ name: { name: 'N' } }],
      language: 'SQL',
    },
  });
});

test('EXECUTE IMMEDIATE FROM takes template variables', () => {
  expect(parseStatement("execute immediate from @s/a.sql using (env => 'dev', n => 1 + 1)")).toMatchObject({
    using: [],
    template: [
      { name: { name: 'ENV' }, value: { value: 'dev' } },
      { name: { name: 'N' }, value: { operator: '+' } },
    ],
  });
});

test('within a block a variable may stand where a statement has a string', () => {
  expect(
    parseStatement(
      'begin create table t (a int) comment = :c; copy into t from :s on_error = :e; copy into :s from t; show tables like :p; end',
    ),
  ).toMatchObject({
    body: [
      { kind: 'createTable' },
      {
        kind: 'copyIntoTable',
        source: { kind: 'url', url: `${blockVariableMark}S` },
        options: [{ name: 'ON_ERROR', value: { kind: 'string', value: `${blockVariableMark}E` } }],
      },
      { kind: 'copyIntoLocation', location: { url: `${blockVariableMark}S` } },
      { kind: 'show', like: `${blockVariableMark}P` },
    ],
  });
  expect(() => parseStatement('create table t (a int) comment = :c')).toThrow("unexpected ':'");
});
