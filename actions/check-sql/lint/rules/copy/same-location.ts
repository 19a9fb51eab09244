import type { LoadState } from '../../history/state.ts';
import type { Rule } from '../../rule.ts';

export const sameLocation: Rule = {
  id: 'copy/same-location',
  severity: 'error',
  finds: 'a pipe and a COPY, or two pipes, that load the same files into one table',
  why: 'Each has a load history of its own and knows nothing of the other’s: every file is loaded twice.',
  remedy: 'Load a location by one of them; to load older files through a pipe, use ALTER PIPE … REFRESH.',
  bad: [
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;\nCOPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE; -- <--',
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/ ON_ERROR = SKIP_FILE;\nCREATE PIPE BRONZE.Q AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE; -- <--',
  ],
  good: [
    'CREATE PIPE BRONZE.P AS COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;\nCREATE PIPE BRONZE.Q AS COPY INTO BRONZE.U FROM @BRONZE.LAKE/u/ ON_ERROR = SKIP_FILE;',
    'COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;\nCOPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;',
  ],
  end(lint) {
    const pipes = [...lint.state.pipes.values()];
    pipes.forEach((pipe, index) => {
      for (const other of [...pipes.slice(index + 1), ...lint.state.copies]) {
        if (!overlap(pipe, other)) continue;
        const later =
          lint.files.indexOf(other.statement.file) < lint.files.indexOf(pipe.statement.file) ? pipe : other;
        const earlier = later === pipe ? other : pipe;
        lint.report(
          later.statement,
          later.node,
          `${earlier.statement.file.name} loads ${earlier.location} into ${earlier.target} too`,
        );
      }
    });
  },
};

function overlap(a: LoadState, b: LoadState): boolean {
  if (a.location === null || b.location === null || a.target === null || a.target !== b.target) return false;
  // Two patterns over one location may well choose different files.
  const [one, two] = [a, b].map(({ statement }) => statement.nodes.of('copyIntoTable')[0]?.pattern ?? null);
  if (one !== two && one !== null && two !== null) return false;
  return a.location.startsWith(b.location) || b.location.startsWith(a.location);
}
