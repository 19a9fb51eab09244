import { insertion } from '../../edit.ts';
import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const noOnError: Rule = {
  id: 'copy/no-on-error',
  severity: 'warning',
  finds: 'COPY INTO a table without ON_ERROR',
  why: 'The default differs: COPY stops, a pipe leaves the file out. What happens to a bad file should be a decision that can be read.',
  remedy: 'Write ON_ERROR = SKIP_FILE, CONTINUE or ABORT_STATEMENT.',
  bad: [
    'COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/; -- <--',
    'CREATE PIPE BRONZE.P AS\nCOPY INTO BRONZE.T FROM @BRONZE.LAKE/t/; -- <--',
  ],
  good: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = ABORT_STATEMENT;'],
  statement(statement, lint) {
    const inPipe = statement.tree.kind === 'createPipe';
    for (const copy of statement.nodes.of('copyIntoTable')) {
      if (propertyOf(copy.options, 'ON_ERROR') !== undefined) continue;
      if (propertyOf(copy.options, 'VALIDATION_MODE') !== undefined) continue;
      const fix = insertion(statement, copy.end, ` ON_ERROR = ${inPipe ? 'SKIP_FILE' : 'ABORT_STATEMENT'}`);
      lint.report(statement, copy, `a bad file ${inPipe ? 'is left out' : 'stops the load'}, by default`, [
        fix,
      ]);
    }
  },
};
