import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';
import { splitStatements } from '../../../actions/shared/sql/split.ts';

const texts = (script: string) => splitStatements(script).map((statement) => statement.text);

describe('a script is cut at its statements', () => {
  const one = (text: string): [string, string[]] => [`${text};\nselect 2`, [text, 'select 2']];
  const cases: [string, string[]][] = [
    ['', []],
    ['-- only\n/* comments */ ; ;', []],
    ['select 1;select 2', ['select 1', 'select 2']],
    ['-- lead\nselect /* ; */ 1 -- ;\n;\n// tail', ['select /* ; */ 1']],
    one("select ';', \"a;b\", $$;$$, 'it''s;', '\\';'"),
    ['begin;select 1;commit', ['begin', 'select 1', 'commit']],
    ['begin transaction name x; select 1', ['begin transaction name x', 'select 1']],
    ['begin work; select 1', ['begin work', 'select 1']],
    one('begin select 1; select 2; end'),
    one('declare x int; c cursor for select 1; begin x := 1; end'),
    one('begin if (a) then select 1; elseif (b) then select 2; else select 3; end if; end'),
    one('begin if (a) then null; else if (b) then null; end if; end if; end'),
    one('begin declare x int; begin null; end; end'),
    one('with p as procedure () returns int language sql as begin return 1; end call p()'),
    one('begin drop table if exists t; create table if not exists u (a int); end'),
    one('begin for i in 1 to 3 do select 1; end for; for r in c loop null; end loop; end'),
    one('begin while (a) do null; end while; repeat null; until (b) end repeat; loop break; end loop; end'),
    one(
      "begin select case when a then 'x' else 'y' end, end_date from t; x := case a when 1 then 2 end; end",
    ),
    one('begin case when a then null; else begin null; end; end case; case (a) when 1 then null; end; end'),
    one(
      'begin merge into t using s on a when matched then delete when not matched then insert values (1); end',
    ),
    one('begin begin transaction; insert into t values (1); commit; begin null; end; end'),
    one('begin null; exception when other then rollback; raise; end'),
    one('begin let x := (select end from t); return x; end'),
    one(
      'create or replace procedure p(a int default 1) returns int language sql execute as caller as begin return 1; end',
    ),
    one('create procedure p() returns int as declare x int; begin return x; end'),
    one(
      "create task t warehouse = w after a when system$stream_has_data('s') as begin delete from a; insert into b values (1); end",
    ),
    one('create task t as insert into a values (1)'),
    one('alter task t modify as begin null; end'),
    one('create alert a if (exists (select 1)) then begin null; end'),
    one('create view v as select 1 as begin from t'),
    one('create function f() returns int as $$ begin; end; $$'),
    one("execute immediate $$ begin return ';'; end $$"),
    one("list @s/a-b//c/ pattern = '.*;'"),
    one('copy into t from @db."My;Schema".s/p//q file_format = (type = csv)'),
    ['put file:///tmp/a//b @s/x//y;select 2', ['put file:///tmp/a//b @s/x//y', 'select 2']],
    ['select begin from t; select end', ['select begin from t', 'select end']],
  ];
  test.each(cases)('%s', (script, expected) => {
    expect(texts(script)).toEqual(expected);
  });
});

test('each statement knows where it stands', () => {
  const script = '-- a\n  select 1;\n\nselect\n 2 ;';
  expect(splitStatements(script)).toEqual([
    { text: 'select 1', start: { offset: 7, line: 2, column: 2 }, end: 15 },
    { text: 'select\n 2', start: { offset: 18, line: 4, column: 0 }, end: 27 },
  ]);
});

test('a block that does not end takes the rest, and the parser says what is missing', () => {
  const [only, more] = splitStatements('begin select 1; select 2;');
  expect(more).toBeUndefined();
  expect(() => parseStatement(only!.text)).toThrow("unexpected '<EOF>'");
});

test('a string that does not end is a syntax error with its place', () => {
  expect(() => splitStatements("select 1;\n select 'x;")).toThrow('syntax error line 2 at position 8');
});
