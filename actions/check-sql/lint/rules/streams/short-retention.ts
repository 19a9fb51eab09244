import { schemaOf } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

/** Snowflake's defaults, in days. Source: CREATE TABLE, MAX_DATA_EXTENSION_TIME_IN_DAYS. */
const RETENTION = 1;
const EXTENSION = 14;

export const shortRetention: Rule = {
  id: 'streams/short-retention',
  severity: 'warning',
  finds: 'a stream on a table whose changes are kept for too few days',
  why: 'When nothing consumes the stream for longer, because a task failed over a holiday, it is stale: the rows in between have to be found and loaded by hand.',
  remedy: 'Raise DATA_RETENTION_TIME_IN_DAYS or MAX_DATA_EXTENSION_TIME_IN_DAYS of the table.',
  options: { days: { is: 7, means: 'For how long a stream has to stay readable without being consumed.' } },
  bad: [
    'CREATE TABLE BRONZE.T (ID INT) MAX_DATA_EXTENSION_TIME_IN_DAYS = 0;\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T; -- <--',
    'CREATE SCHEMA BRONZE DATA_RETENTION_TIME_IN_DAYS = 2 MAX_DATA_EXTENSION_TIME_IN_DAYS = 3;\nCREATE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T; -- <--',
  ],
  good: [
    'CREATE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;',
    'CREATE TABLE BRONZE.T (ID INT) DATA_RETENTION_TIME_IN_DAYS = 10 MAX_DATA_EXTENSION_TIME_IN_DAYS = 0;\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;',
  ],
  end(lint) {
    const { tables, schemas, streams } = lint.state;
    const days = lint.number('days');
    for (const stream of streams.values()) {
      const table = tables.get(stream.source ?? '');
      if (table === undefined || stream.source === null) continue;
      const schema = schemas.get(schemaOf(stream.source));
      const kept = Math.max(
        table.retention.days ?? schema?.days ?? RETENTION,
        table.retention.extension ?? schema?.extension ?? EXTENSION,
      );
      if (kept < days)
        lint.report(
          stream.statement,
          stream.node,
          `changes of ${stream.source} are kept for ${kept} days, not ${days}`,
        );
    }
  },
};
