import { planStatements } from '../../migrate/effects/plan-effects.ts';
import { effectOf } from '../../migrate/effects/statement-effect.ts';
import type { LintFile, LintStatement } from './sources.ts';

/**
 * What a statement destroys although the head of its file does not say that it is meant, a phrase each: what migrate
 * refuses to apply. What the file itself has made before is no loss.
 */
export function destroyedBy({ file, tree, text, number }: LintStatement): readonly string[] {
  if (file.directives.allowDestructive || effectOf(tree, text).destroys.length === 0) return [];
  return lossesOf(file).get(number) ?? [];
}

/** Files with such statements are few: they are planned as a whole once. */
const planned = new WeakMap<LintFile, ReadonlyMap<number, readonly string[]>>();

function lossesOf(file: LintFile): ReadonlyMap<number, readonly string[]> {
  const known = planned.get(file);
  if (known !== undefined) return known;
  const statements = planStatements(
    [{ migration: file.migration, from: 1, why: 'new', uncertain: null }],
    '',
  );
  const losses = new Map(statements.map(({ statement, destroys }) => [statement.number, destroys]));
  planned.set(file, losses);
  return losses;
}
