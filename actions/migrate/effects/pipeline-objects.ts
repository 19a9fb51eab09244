import type { SnowflakeSession } from '../../shared/snowflake.ts';
import { joinName, nameParts } from './name-scope.ts';

/** A stream as SHOW STREAMS tells it; names are whole. */
export interface LiveStream {
  name: string;
  source: string;
}

/** A task as SHOW TASKS tells it; names are whole. */
export interface LiveTask {
  name: string;
  isStarted: boolean;
  predecessors: string[];
  /** Condition and body. */
  text: string;
}

/** The streams of a database, in one round trip. */
export async function readStreams(session: SnowflakeSession, database: string): Promise<LiveStream[]> {
  const { rows } = await session.execute(`SHOW STREAMS IN DATABASE ${database}`);
  return rows.map((row) => ({
    name: rowName(row),
    source: row.table_name === null ? '' : joinName(nameParts(String(row.table_name))),
  }));
}

/** The tasks of a database, in one round trip. */
export async function readTasks(session: SnowflakeSession, database: string): Promise<LiveTask[]> {
  const { rows } = await session.execute(`SHOW TASKS IN DATABASE ${database}`);
  return rows.map((row) => ({
    name: rowName(row),
    isStarted: row.state === 'started',
    predecessors: (JSON.parse(String(row.predecessors ?? '[]')) as string[]).map((name) =>
      joinName(nameParts(name)),
    ),
    text: `${row.condition ?? ''}\n${row.definition ?? ''}`,
  }));
}

function rowName(row: Record<string, unknown>): string {
  return joinName([row.database_name, row.schema_name, row.name].map(String));
}
