import type { Rule } from '../../rule.ts';

export const consumedByMigration: Rule = {
  id: 'streams/consumed-by-migration',
  severity: 'error',
  finds: 'DML of a migration that reads a stream',
  why: 'It moves the offset: the rows that it read never reach the task that the stream is for.',
  remedy: 'Read the table instead, or let the task do it: EXECUTE TASK.',
  bad: [
    'CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nINSERT INTO SILVER.T (ID) SELECT ID FROM BRONZE.S; -- <--',
  ],
  good: ['CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nINSERT INTO SILVER.T (ID) SELECT ID FROM BRONZE.T;'],
  end(lint) {
    for (const { statement, node, reads } of lint.state.readsByMigrations)
      for (const name of reads)
        if (lint.state.streams.has(name))
          lint.report(statement, node, `it takes what is in ${name} away from its task`);
  },
};
