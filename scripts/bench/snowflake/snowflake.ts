import type { Bench, Measure } from '../measure.ts';
import { answer } from './answer.ts';
import { type ComparisonGroup, compare } from './compare.ts';
import { goldViews } from './gold.ts';
import { loadings } from './loading.ts';
import { manyMigrations } from './many-migrations.ts';
import { mergings } from './merging.ts';
import { starts } from './start.ts';
import { translations } from './translation.ts';
import { openWorld } from './world.ts';

/** The local Snowflake's speed and memory, each measure against plain DuckDB where it does the same work. */
export const benchSnowflake: Bench = async ({ isWanted, say }) => {
  const measures: Measure[] = [];
  const add = (measure: Measure): void => {
    measures.push(measure);
    say(
      `${measure.name}: ${measure.ours.toFixed(4)} s${measure.ratio === null ? '' : `, ${measure.ratio.toFixed(2)} of plain DuckDB`}`,
    );
  };
  for (const one of [...starts, ...translations]) if (isWanted(one.name)) add(await one.measure());
  const singles = [answer, manyMigrations].filter(({ name }) => isWanted(name));
  const isWantedOf = (group: ComparisonGroup) => group.comparisons('').some(({ name }) => isWanted(name));
  const groups = [loadings, mergings, goldViews].filter(isWantedOf);
  if (singles.length + groups.length === 0) return measures;
  const world = await openWorld();
  try {
    for (const one of singles) add(await one.measure(world));
    for (const group of groups) {
      await group.setUp(world);
      for (const comparison of group.comparisons(world.files))
        if (isWanted(comparison.name)) add(await compare(world, comparison));
    }
  } finally {
    await world.close();
  }
  return measures;
};
