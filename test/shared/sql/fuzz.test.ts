import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseScript, parseStatement } from '../../../actions/shared/sql/parse.ts';
import { SnowflakeError } from '../../../actions/shared/sql/snowflake-error.ts';
import { splitStatements } from '../../../actions/shared/sql/split.ts';
import { walk } from '../../../actions/shared/sql/walk.ts';

/** Runs and returns undefined where the text is refused; any other failure passes through. */
function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof SnowflakeError) return undefined;
    throw error;
  }
}

const words =
  `SELECT FROM WHERE t a b 1 'x' "q" ( ) , ; . :: : => = * - + [ ] { } @s/p $1 $v ? $$x$$ BEGIN END IF THEN
  ELSE CASE WHEN DECLARE LET := FOR IN DO LOOP CREATE TABLE VIEW TASK AS OR REPLACE INT NOT NULL DEFAULT MERGE INTO
  USING ON MATCHED INSERT VALUES UPDATE SET DELETE COPY PUT file://x GRANT TO ROLE SHOW TABLES LIKE ALTER ADD COLUMN
  START CONNECT PRIOR ->> -> ** (+) MATCH_RECOGNIZE PATTERN DEFINE ROLLUP SETS ANY SAMPLE ARRAY MAP SHARE POLICY {* } $$ ' "
  DROP EXISTS WITH UNION ALL JOIN LATERAL OVER PARTITION BY ORDER LIMIT PIVOT CALL EXECUTE IMMEDIATE RETURN -- /* */`.split(
    /\s+/,
  );
const tokens = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((list) => list.join(' '));
const text = fc.oneof(tokens, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }));

test('whatever the text, it is parsed or refused with a SnowflakeError', () => {
  fc.assert(
    fc.property(text, (sql) => {
      const tree = unlessRefused(() => parseStatement(sql));
      if (tree !== undefined) expect(tree.end).toBeLessThanOrEqual(sql.length);
    }),
    { numRuns: 5000 },
  );
});

test('the pieces of a script lie in order, and stand where they say', () => {
  fc.assert(
    fc.property(text, (sql) => {
      let before = 0;
      for (const piece of unlessRefused(() => splitStatements(sql)) ?? []) {
        expect(piece.start.offset).toBeGreaterThanOrEqual(before);
        expect(sql.slice(piece.start.offset, piece.end)).toBe(piece.text);
        expect(sql.slice(0, piece.start.offset).split('\n').length).toBe(piece.start.line);
        before = piece.end;
      }
    }),
    { numRuns: 3000 },
  );
});

const statement = fc.constantFrom(
  'select 1',
  "insert into t values (';')",
  'begin select case when a then 1 end; if (b) then null; end if; end',
  'begin',
  'commit',
  'create task t as begin delete from a; end',
  'create procedure p() returns int as $$ begin return 1; end; $$',
  'put file:///tmp/x @s/y//z',
  'declare x int; begin for i in 1 to 2 do x := i; end for; end',
);
const gap = fc.constantFrom(';', ';\n', '; -- note;\n', ' ;/* ; */', ';;');

test('statements joined by semicolons and comments are split into the same, as the parser splits them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(statement, gap), { maxLength: 12 }), (parts) => {
      const script = parts.map((part) => part.join('')).join('');
      const pieces = splitStatements(script);
      expect(pieces.map((piece) => piece.text)).toEqual(parts.map(([sql]) => sql));
      const kinds = parseScript(script).map((tree) => tree.kind);
      expect(pieces.map((piece) => parseStatement(piece.text).kind)).toEqual(kinds);
    }),
    { numRuns: 300 },
  );
});

test('a script of a megabyte, and one statement of as many terms, are read without running out of anything', () => {
  const unit = "insert into t (a, b) select x, 'y;' from s where a = 1 and b in (1, 2);\n";
  const script = unit.repeat(Math.ceil(1_000_000 / unit.length));
  expect(splitStatements(script)).toHaveLength(script.length / unit.length);
  expect(parseScript(script)).toHaveLength(script.length / unit.length);
  const line = script.replaceAll('\n', ' ');
  expect(splitStatements(line)).toHaveLength(script.length / unit.length);
  const wide = parseStatement(`select ${'a + '.repeat(100_000)}1`);
  let columns = 0;
  walk(wide, (node) => {
    if (node.kind === 'column') columns++;
    return true;
  });
  expect(columns).toBe(100_000);
});

const real = fc.constantFrom(
  "select a.b:c[0].\"D e\"::number(3, 1) as x, {'k': [1, 2]} from t as a sample (10) where x like any ('a', 'b') -- end",
  'with recursive r(n) as (select 1 union all select n + 1 from r) select * from r order by all desc limit 3',
  'select * from t pivot (sum(x) for m in (any order by m) default on null (0)) unpivot (v for n in (a, b))',
  'select * from t match_recognize (partition by a order by b pattern (x+ (y | z)*? {- w -}) define x as a > 1)',
  "create or replace table t (a int not null default 1, b array(object(c int)) comment 'x', primary key (a)) cluster by (a)",
  'merge into t using (select 1 a) s on t.a = s.a when matched and s.a > 0 then update set a = 2 when not matched then insert (a) values (1)',
  "copy into t from (select $1, metadata$filename from @s/p (file_format => 'f')) pattern = '.*' on_error = skip_file_10%",
  'declare x int default 1; begin for i in 1 to 3 do x := x + i; end for; exception when other then raise; end',
  "create task t schedule = $$1 minute$$ when system$stream_has_data('s') as begin insert into a select * from s; end",
  'select transform([1], x int -> x + 1), f(** [1]), prior a from t start with a = 1 connect by b = prior a ->> select * from $1',
);
const edit = fc.record({
  at: fc.nat(),
  cut: fc.nat(9),
  put: fc.constantFrom("'", '"', '$$', '(', ')', '/*', '--', ';', ' ', ''),
});
const mutated = fc.tuple(real, fc.array(edit, { maxLength: 6 })).map(([sql, edits]) => {
  let text: string = sql;
  for (const { at, cut, put } of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + put + text.slice(place + cut);
  }
  return text;
});

test('real statements with pieces cut out and quotes put in are split and parsed, or refused', () => {
  fc.assert(
    fc.property(mutated, (sql) => {
      for (const piece of unlessRefused(() => splitStatements(sql)) ?? [])
        expect(sql.slice(piece.start.offset, piece.end)).toBe(piece.text);
      const tree = unlessRefused(() => parseStatement(sql));
      if (tree !== undefined) expect(tree.end).toBeLessThanOrEqual(sql.length);
    }),
    { numRuns: 4000 },
  );
});

test('a tree covers its text: nothing but comments and space lies outside, and every node lies within its parent', () => {
  fc.assert(
    fc.property(real, fc.constantFrom('', ' ', '\n/* a */ ', '-- b\n'), (sql, gap) => {
      const text = `${gap}${sql}${gap}`;
      const tree = parseStatement(text);
      expect(tree.start.offset).toBe(gap.length);
      expect(tree.end).toBe(gap.length + sql.replace(/ -- end$/, '').length);
      walk(tree, (node) => {
        expect(node.start.offset).toBeGreaterThanOrEqual(tree.start.offset);
        expect(node.end).toBeLessThanOrEqual(tree.end);
        return true;
      });
    }),
    { numRuns: 100 },
  );
});
