import { propertyOf, wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

const FORBIDDEN = ['FORCE', 'PURGE', 'SIZE_LIMIT', 'VALIDATION_MODE', 'FILES', 'RETURN_FAILED_ONLY'];

export const pipeAbort: Rule = {
  id: 'copy/pipe-abort',
  severity: 'error',
  finds: 'a pipe whose COPY has ON_ERROR = ABORT_STATEMENT or an option that no pipe may have',
  why: 'Snowflake refuses the pipe, or it stands still at the first bad file.',
  remedy:
    'Write ON_ERROR = SKIP_FILE or CONTINUE, and leave out FORCE, PURGE, FILES, SIZE_LIMIT and VALIDATION_MODE.',
  bad: [
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/\n  ON_ERROR = ABORT_STATEMENT; -- <--',
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE\n  FORCE = TRUE; -- <--',
  ],
  good: [
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;',
    'COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = ABORT_STATEMENT;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createPipe') return;
    const { options } = tree.copy;
    const onError = propertyOf(options, 'ON_ERROR');
    for (const property of options) {
      const isAbort = property.value === onError && wordOf(onError) === 'ABORT_STATEMENT';
      if (isAbort || FORBIDDEN.includes(property.name))
        lint.report(
          statement,
          property,
          `a pipe may not have ${property.name}${isAbort ? ' = ABORT_STATEMENT' : ''}`,
        );
    }
  },
};
