import type { Rule } from '../../rule.ts';

export const replacePipe: Rule = {
  id: 'destructive/replace-pipe',
  severity: 'error',
  finds: 'CREATE OR REPLACE or DROP of a pipe',
  why: 'A pipe keeps its own load history. A new one has none: a refresh loads again what the old one has loaded, and files that arrive while there is no pipe are missed.',
  remedy:
    'Pause the pipe, wait until it is empty, and say in the head of the file: -- migrate: allow-destructive.',
  bad: [
    'CREATE OR REPLACE PIPE BRONZE.P AUTO_INGEST = TRUE AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE; -- <--',
    'DROP PIPE BRONZE.P; -- <--',
  ],
  good: [
    'CREATE PIPE IF NOT EXISTS BRONZE.P AUTO_INGEST = TRUE AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;',
    '-- migrate: allow-destructive\nDROP PIPE BRONZE.P;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    const isReplaced = tree.kind === 'createPipe' && tree.orReplace;
    const isDropped = tree.kind === 'drop' && tree.type === 'PIPE';
    if ((isReplaced || isDropped) && !statement.file.directives.allowDestructive)
      lint.report(statement, tree.name, 'its load history is lost');
  },
};
