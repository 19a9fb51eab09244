import { propertyOf, wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const force: Rule = {
  id: 'copy/force',
  severity: 'error',
  finds: 'COPY INTO a table with FORCE = TRUE',
  why: 'It loads files that have been loaded before: every run adds all rows once more.',
  remedy: 'Leave it out; to load one file again, delete its rows first.',
  bad: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE\n  FORCE = TRUE; -- <--'],
  good: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;'],
  statement(statement, lint) {
    if (statement.tree.kind === 'createPipe') return;
    for (const copy of statement.nodes.of('copyIntoTable')) {
      const value = propertyOf(copy.options, 'FORCE');
      if (wordOf(value) === 'TRUE')
        lint.report(statement, value ?? copy, 'files are loaded again at every run');
    }
  },
};
