import { z } from 'zod';
import { joinName, nameParts } from '../../migrate/effects/name-scope.ts';
import { UserError } from '../../shared/errors.ts';
import { readYaml } from '../../shared/yaml-file.ts';
import type { DataTest } from './data-test.ts';

/** A name as SQL writes it; kept as SQL takes it, whatever was written. */
const name = z.string().transform((text, context) => {
  try {
    return joinName(nameParts(text));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.addIssue(error.message);
    return z.NEVER;
  }
});
const columns = z.array(name).min(1);

const tableTests = z.strictObject({
  /** Columns that call a row in a message. */
  key: columns.optional(),
  /** Each one column or several that are unique together. */
  unique: z.array(z.union([columns, name.transform((column) => [column])])).optional(),
  not_null: columns.optional(),
  /** Empty is accepted too. */
  accepted_values: z.record(name, z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).optional(),
  relationships: z.array(z.strictObject({ columns, to: name, references: columns.optional() })).optional(),
  /** As many rows as another table, or as it has different values of some columns. */
  row_count_equal: z.strictObject({ to: name, distinct: columns.optional() }).optional(),
});
const tableTestsFile = z.strictObject({ tables: z.record(name, tableTests) });

/** Wrong rows that a test shows. */
const SHOWN = 5;
const COUNT = 'NUMBER OF ROWS';

/**
 * The tests of a YAML file, as queries.
 * @throws UserError with file, line and column
 */
export function readTableTests(file: string): DataTest[] {
  const read = readYaml(file, tableTestsFile, {
    what: 'the data tests',
    missing: 'Commit the file, or leave it out.',
    invalid: 'docs/check-sql.md shows what a file of data tests holds.',
  });
  return Object.entries(read.data.tables).flatMap(([table, tests]) => {
    const test = (path: (string | number)[], what: string, wrong: string): DataTest => ({
      name: `${table}: ${what}`,
      file,
      line: read.error(['tables', table, ...path], '').location.line ?? 1,
      query: `SELECT COUNT(*) OVER () AS "${COUNT}", wrong.* FROM (${wrong}) AS wrong LIMIT ${SHOWN}`,
      countColumn: COUNT,
    });
    const {
      key = [],
      unique = [],
      not_null = [],
      accepted_values = {},
      relationships = [],
      row_count_equal,
    } = tests;
    const called = (more: string[]): string => [...new Set([...key, ...more])].join(', ');
    return [
      ...unique.map((together, index) => {
        const list = together.join(', ');
        return test(
          ['unique', index],
          `${list} is unique`,
          `SELECT ${list}, COUNT(*) AS TIMES FROM ${table} WHERE ${together.map((one) => `${one} IS NOT NULL`).join(' AND ')} GROUP BY ${list} HAVING COUNT(*) > 1`,
        );
      }),
      ...not_null.map((column, index) =>
        test(
          ['not_null', index],
          `${column} is not null`,
          `SELECT ${called([column])} FROM ${table} WHERE ${column} IS NULL`,
        ),
      ),
      ...Object.entries(accepted_values).map(([column, values]) =>
        test(
          ['accepted_values', column],
          `${column} has an accepted value`,
          `SELECT ${called([column])} FROM ${table} WHERE ${column} NOT IN (${values.map(literal).join(', ')})`,
        ),
      ),
      ...relationships.map(({ columns: own, to, references = own }, index) => {
        const pairs = own.map((column, at) => `parent.${references[at] ?? column} = child.${column}`);
        return test(
          ['relationships', index],
          `${own.join(', ')} is in ${to}`,
          `SELECT ${called(own)} FROM ${table} AS child WHERE ${own.map((one) => `${one} IS NOT NULL`).join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${to} AS parent WHERE ${pairs.join(' AND ')})`,
        );
      }),
      ...(row_count_equal === undefined
        ? []
        : [test(['row_count_equal'], ...rowCount(table, row_count_equal))]),
    ];
  });
}

function rowCount(
  table: string,
  { to, distinct }: { to: string; distinct?: string[] | undefined },
): [what: string, wrong: string] {
  const of = distinct === undefined ? to : `different ${distinct.join(', ')} of ${to}`;
  const other = distinct === undefined ? to : `(SELECT DISTINCT ${distinct.join(', ')} FROM ${to})`;
  return [
    `as many rows as ${of}`,
    `SELECT (SELECT COUNT(*) FROM ${table}) AS FOUND, (SELECT COUNT(*) FROM ${other}) AS EXPECTED WHERE FOUND <> EXPECTED`,
  ];
}

function literal(value: string | number | boolean): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : String(value);
}
