import { createInterface } from 'node:readline';
import { connect, openDatabase } from '../../../actions/local-stack/snowflake/engine/database.ts';
import { defaultLimits } from '../../../actions/local-stack/snowflake/engine/limits.ts';

/**
 * A process with a DuckDB of its own, opened as the local Snowflake opens its: each line on standard input is a
 * statement (JSON string), each line on standard output its answer.
 */
const database = await openDatabase(process.argv[2]!, true, defaultLimits());
const connection = await connect(database);
for await (const line of createInterface({ input: process.stdin })) {
  const reader = await connection.runAndReadAll(JSON.parse(line));
  const rows = reader.getRowsJson();
  process.stdout.write(`${JSON.stringify(rows)}\n`);
}
connection.closeSync();
database.instance.closeSync();
