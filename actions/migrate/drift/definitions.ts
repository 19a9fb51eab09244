import type { SnowflakeSession } from '../../shared/snowflake.ts';
import type { Statement } from '../../shared/sql/ast.ts';
import { splitStatements } from '../../shared/sql/split.ts';
import { joinName } from '../effects/name-scope.ts';
import { type AffectedObject, effectOf, treeOf } from '../effects/statement-effect.ts';

/** The objects of a database: type and whole name, as in `VIEW D.S.V`, with the text that makes each. */
export type Definitions = Map<string, string>;

/** Of the history of migrations. */
const HISTORY_SCHEMA = 'DATAOPS';

/**
 * Reads how every object of a database is defined, the history of migrations left out: GET_DDL of the whole database,
 * and what that does not tell: stages, and which tasks are started. Three round trips.
 */
export async function readDefinitions(session: SnowflakeSession, database: string): Promise<Definitions> {
  const definitions = await readDdl(session, database);
  for (const row of (await session.execute(`SHOW TASKS IN DATABASE ${database}`)).rows) {
    const key = `TASK ${placeOf(row)}`;
    const text = definitions.get(key);
    if (text !== undefined) definitions.set(key, `${text}\n-- ${String(row.state)}`);
  }
  for (const row of (await session.execute(`SHOW STAGES IN DATABASE ${database}`)).rows) {
    if (row.schema_name === HISTORY_SCHEMA) continue;
    const facts = ['type', 'url', 'storage_integration', 'directory_enabled', 'comment'].map(
      (name) => `-- ${name}: ${String(row[name] ?? '')}`,
    );
    definitions.set(`STAGE ${placeOf(row)}`, [`CREATE STAGE ${placeOf(row)}`, ...facts].join('\n'));
  }
  return definitions;
}

/** GET_DDL of the whole database, by object, in one round trip. */
export async function readDdl(session: SnowflakeSession, database: string): Promise<Definitions> {
  const { rows } = await session.execute("SELECT GET_DDL('DATABASE', ?, TRUE) AS DDL", [database]);
  const definitions: Definitions = new Map();
  for (const { text } of splitStatements(String(rows[0]?.DDL ?? ''))) {
    const tree = treeOf(text);
    const made = effectOf(tree, text).objects[0];
    const key = keyOf(text, tree, made);
    if (key !== undefined && made?.name[1] !== HISTORY_SCHEMA) definitions.set(key, text);
  }
  return definitions;
}

/** A routine has the types of its arguments; what has no tree is called by its first line. */
function keyOf(text: string, tree: Statement | null, made: AffectedObject | undefined): string | undefined {
  if (tree === null) return text.split('\n', 1)[0];
  if (made === undefined || made.type === 'DATABASE') return undefined;
  const types =
    tree.kind === 'createRoutine' ? `(${tree.parameters.map(({ type }) => type.name).join(', ')})` : '';
  return `${made.type} ${joinName(made.name)}${types}`;
}

function placeOf(row: Record<string, unknown>): string {
  return joinName([row.database_name, row.schema_name, row.name].map(String));
}
