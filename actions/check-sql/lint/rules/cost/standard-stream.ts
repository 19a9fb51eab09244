import type { WriteKind } from '../../history/state.ts';
import type { Rule } from '../../rule.ts';

const ADDING = new Set<WriteKind>(['insert', 'multiInsert', 'copyIntoTable']);

export const standardStream: Rule = {
  id: 'cost/standard-stream',
  severity: 'info',
  finds: 'a standard stream on a table that only grows',
  why: 'A standard stream joins inserted and deleted rows to find the net change, each time it is read; an append-only one does not.',
  remedy: 'Write APPEND_ONLY = TRUE.',
  bad: [
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T; -- <--',
  ],
  good: [
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T APPEND_ONLY = TRUE;',
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nDELETE FROM BRONZE.T WHERE ID = 1;',
    'CREATE STREAM BRONZE.S ON TABLE BRONZE.T;',
  ],
  end(lint) {
    for (const stream of lint.state.streams.values()) {
      const writes = lint.state.writes.get(stream.source ?? '');
      if (stream.appendOnly || writes === undefined || ![...writes].every((kind) => ADDING.has(kind)))
        continue;
      lint.report(stream.statement, stream.node, `rows are only added to ${stream.source}`);
    }
  },
};
