import sqlParser from 'node-sql-parser/build/snowflake.js';
import type { Problem } from '../migrate/problem.ts';
import { tableUses } from '../migrate/table-uses.ts';
import type { Statement } from '../shared/sql/ast.ts';
import { parseStatement } from '../shared/sql/parse.ts';
import { walk } from '../shared/sql/walk.ts';
import type { ParsedStatement } from './parse-migrations.ts';

/** What another parser, node-sql-parser, says of the tables that our own found. */
export interface SecondOpinion {
  /** Queries and DML, also those inside views and tasks. */
  asked: number;
  /** How many of them the other parser can read. */
  parsed: number;
  /** Where it sees other tables. */
  disagreements: Problem[];
}

/** Asks node-sql-parser which tables each query reads and writes, and compares. */
export function secondOpinion(statements: readonly ParsedStatement[]): SecondOpinion {
  const parser = new sqlParser.Parser();
  const opinion: SecondOpinion = { asked: 0, parsed: 0, disagreements: [] };
  for (const { file, statement, tree } of statements) {
    const query = queryOf(tree, statement.text);
    if (query === undefined) continue;
    opinion.asked++;
    let list: string[];
    try {
      list = parser.tableList(query.text, { database: 'Snowflake' });
    } catch {
      // It throws for whatever it cannot read: no opinion, and counted as such.
      continue;
    }
    opinion.parsed++;
    const ours = ourTables(query.tree);
    const theirs = theirTables(list, commonNames(query.tree));
    const only = (a: Set<string>, b: Set<string>): string => [...a].filter((name) => !b.has(name)).join(', ');
    const [missing, extra] = [only(theirs, ours), only(ours, theirs)];
    if (missing === '' && extra === '') continue;
    opinion.disagreements.push({
      file,
      line: statement.line,
      message: `two parsers disagree on the tables of this statement: ${[
        missing && `only node-sql-parser sees ${missing}`,
        extra && `it does not see ${extra}`,
      ]
        .filter(Boolean)
        .join('; ')}`,
      remedy: 'One of the two misreads the statement: look whether it says what you mean.',
    });
  }
  return opinion;
}

/** The query or DML of a statement: itself, or what a view or a task consists of. */
function queryOf(tree: Statement, text: string): { text: string; tree: Statement } | undefined {
  switch (tree.kind) {
    case 'select':
    case 'insert':
    case 'merge':
    case 'update':
    case 'delete':
      return { text, tree };
    case 'createView':
      return { text: tree.queryText, tree: parseStatement(tree.queryText) };
    case 'createTask':
      return tree.body === null ? undefined : queryOf(tree.body, tree.bodyText);
    default:
      return undefined;
  }
}

function ourTables(tree: Statement): Set<string> {
  const { reads, writes } = tableUses(tree);
  return new Set([...reads, ...writes].map((name) => name.toUpperCase()));
}

/** Entries such as `select::SCHEMA::TABLE`, `insert::null::TABLE`; names of common table expressions among them. */
function theirTables(list: string[], common: ReadonlySet<string>): Set<string> {
  const names = list.map((entry) =>
    entry
      .split('::')
      .slice(1)
      .filter((part) => part !== 'null')
      .join('.')
      .toUpperCase(),
  );
  return new Set(names.filter((name) => !common.has(name)));
}

function commonNames(tree: Statement): Set<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    const { with: common } = node as { with?: { name: { name: string } }[] };
    for (const { name } of common ?? []) names.add(name.name.toUpperCase());
    return true;
  });
  return names;
}
