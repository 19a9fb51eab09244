import type { Plan } from './plan.ts';
import type { Problem } from './problem.ts';

/** What differs between the history and the files: nothing, when every migration is applied as it is written. */
export function verifyProblems(plan: Plan): Problem[] {
  return [
    ...plan.problems,
    ...plan.pending
      .filter(({ why }) => why !== 'always')
      .map(({ migration, why, from }) => ({
        file: migration.file,
        line: why === 'resumed' ? (migration.statements[from - 1]?.line ?? 1) : 1,
        message: {
          always: `${migration.name} always runs`,
          new: `${migration.name} is not applied`,
          changed: `${migration.name} has changed since it was applied`,
          resumed: `${migration.name} is applied in part: statement ${from} of ${migration.statements.length} is not known to be done`,
        }[why],
        remedy: 'Apply it: mode "apply".',
      })),
  ];
}
