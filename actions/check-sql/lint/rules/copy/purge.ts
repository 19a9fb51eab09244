import { propertyOf, wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const purge: Rule = {
  id: 'copy/purge',
  severity: 'warning',
  finds: 'COPY with PURGE = TRUE',
  why: 'The files are deleted after the load: bronze cannot be built anew, and what a wrong load left out is gone.',
  remedy: 'Keep the files, and let the bucket’s lifecycle rules delete old ones.',
  bad: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE\n  PURGE = TRUE; -- <--'],
  good: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;'],
  statement(statement, lint) {
    for (const copy of statement.nodes.of('copyIntoTable')) {
      const value = propertyOf(copy.options, 'PURGE');
      if (wordOf(value) === 'TRUE') lint.report(statement, value ?? copy, 'the loaded files are deleted');
    }
  },
};
