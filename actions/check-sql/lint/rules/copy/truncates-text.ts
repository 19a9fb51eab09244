import { propertyOf, wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const truncatesText: Rule = {
  id: 'copy/truncates-text',
  severity: 'warning',
  finds: 'COPY that cuts long text: TRUNCATECOLUMNS = TRUE or ENFORCE_LENGTH = FALSE',
  why: 'Text that does not fit is cut without a word: two keys may become one, and the rest cannot be had back.',
  remedy: 'Make the column long enough, or let the row be an error.',
  bad: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE\n  TRUNCATECOLUMNS = TRUE; -- <--'],
  good: ['COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;'],
  statement(statement, lint) {
    for (const { options } of statement.nodes.of('copyIntoTable')) {
      const [cut, enforced] = [propertyOf(options, 'TRUNCATECOLUMNS'), propertyOf(options, 'ENFORCE_LENGTH')];
      if (cut !== undefined && wordOf(cut) === 'TRUE') lint.report(statement, cut, 'long text is cut');
      else if (enforced !== undefined && wordOf(enforced) === 'FALSE')
        lint.report(statement, enforced, 'long text is cut');
    }
  },
};
