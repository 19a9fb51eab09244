import type { Problem } from '../problem.ts';
import type { BrokenStream, PlannedStatement } from './plan-effects.ts';

/**
 * Why statements may not be applied: what one destroys is not said to be meant, or it breaks streams that its
 * migration does not create again.
 */
export function gateProblems(
  statements: readonly PlannedStatement[],
  broken: ReadonlyMap<PlannedStatement, readonly BrokenStream[]>,
): Problem[] {
  return statements.flatMap((planned) => {
    const { migration, statement, destroys } = planned;
    const { file, name, directives } = migration;
    const place = { file, line: statement.line, column: statement.column };
    const problems: Problem[] = [];
    if (destroys.length > 0 && !directives.allowDestructive) {
      problems.push({
        ...place,
        message: `statement ${statement.number} of ${name} ${destroys.join(' and ')}`,
        remedy:
          'If that is meant, write "-- migrate: allow-destructive" at the top of the file. Otherwise change what there is: CREATE OR ALTER, ALTER TABLE.',
      });
    }
    const lost = (broken.get(planned) ?? []).filter(
      ({ stream }) => !directives.allowDestructive || !isMadeAgain(stream, planned, statements),
    );
    if (lost.length > 0) {
      problems.push({
        ...place,
        message: `statement ${statement.number} of ${name} breaks ${lost.map(describeBroken).join(' and ')}`,
        remedy:
          'Change the object without replacing it (CREATE OR ALTER, ALTER TABLE). Or consume the streams first, allow it with "-- migrate: allow-destructive", and create each again further down in the same file.',
      });
    }
    return problems;
  });
}

/** The stream and who reads it. */
export function describeBroken({ stream, consumers }: BrokenStream): string {
  return consumers.length === 0
    ? `the stream ${stream}`
    : `the stream ${stream}, which ${consumers.join(', ')} consume${consumers.length === 1 ? 's' : ''}`;
}

function isMadeAgain(
  stream: string,
  { migration, statement }: PlannedStatement,
  statements: readonly PlannedStatement[],
): boolean {
  return statements.some(
    (later) =>
      later.migration === migration &&
      later.statement.number > statement.number &&
      later.tree?.kind === 'createStream' &&
      !later.tree.ifNotExists &&
      later.objects.some(({ name }) => name === stream),
  );
}
