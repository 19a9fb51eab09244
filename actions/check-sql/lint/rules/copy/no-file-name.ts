import { objectKey, schemaOf } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const noFileName: Rule = {
  id: 'copy/no-file-name',
  severity: 'info',
  finds: 'COPY INTO a bronze table that does not keep the name of the file',
  why: 'A bad row cannot be traced to its file, and the rows of one file cannot be deleted and loaded again.',
  remedy: 'Load METADATA$FILENAME and METADATA$FILE_ROW_NUMBER into columns of their own.',
  options: { schemas: { is: ['BRONZE', 'RAW', 'LANDING'], means: 'Schemas that hold data as it arrived.' } },
  bad: [
    'COPY INTO BRONZE.T (ID) FROM ( -- <--\n  SELECT $1:id::NUMBER(19,0) FROM @BRONZE.LAKE/t/\n) ON_ERROR = SKIP_FILE;',
  ],
  good: [
    'COPY INTO BRONZE.T (ID, _FILE) FROM (\n  SELECT $1:id::NUMBER(19,0), METADATA$FILENAME FROM @BRONZE.LAKE/t/\n) ON_ERROR = SKIP_FILE;',
    'COPY INTO SILVER.T (ID) FROM (SELECT $1:id::NUMBER(19,0) FROM @BRONZE.LAKE/t/) ON_ERROR = SKIP_FILE;',
  ],
  statement(statement, lint) {
    const { nodes } = statement;
    for (const copy of nodes.of('copyIntoTable')) {
      const key = objectKey(copy.target, lint.state.currentSchema);
      if (copy.source.kind !== 'query' || key === null || !lint.names('schemas').includes(schemaOf(key)))
        continue;
      const keepsName =
        nodes.of('column').some(({ parts }) => parts.at(-1)?.name === 'METADATA$FILENAME') ||
        copy.options.some(({ name }) => name === 'INCLUDE_METADATA');
      if (!keepsName) lint.report(statement, copy, `rows of ${key} do not say which file they come from`);
    }
  },
};
