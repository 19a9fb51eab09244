import { type Measure, median, seconds } from '../measure.ts';
import { cpuSeconds, forgetPeak, peakMemory } from '../process-facts.ts';
import type { World } from './world.ts';

/** Work that both do, with what has to be in place before each run of it. */
export interface Comparison {
  name: string;
  wanted: number | null;
  runs: number;
  prepare: { ours: string[]; plain: string[] };
  ours: string;
  plain: string;
}

export interface ComparisonGroup {
  /** Makes the tables and files that its comparisons share. */
  setUp(world: World): Promise<void>;
  /** `files`: where the plain DuckDB can read and write files. */
  comparisons(files: string): Comparison[];
}

/** Runs ours and plain by turns, on the same machine under the same load. */
export async function compare(world: World, comparison: Comparison): Promise<Measure> {
  const { session, server, plain } = world;
  const runs: { ours: Sample; plain: Sample }[] = [];
  for (let run = 0; run < comparison.runs; run++) {
    for (const sql of comparison.prepare.ours) await session.execute(sql);
    for (const sql of comparison.prepare.plain) await plain.run(sql);
    runs.push({
      ours: await sample(server.pid, () => session.execute(comparison.ours)),
      plain: await sample(plain.pid, () => plain.run(comparison.plain)),
    });
  }
  const cpu = runs.flatMap(({ ours, plain }) =>
    ours.cpu === null || plain.cpu === null ? [] : [ours.cpu / plain.cpu],
  );
  return {
    name: comparison.name,
    ours: median(runs.map(({ ours }) => ours.wall)),
    plain: median(runs.map(({ plain }) => plain.wall)),
    ratio: median(runs.map(({ ours, plain }) => ours.wall / plain.wall)),
    cpuRatio: cpu.length === 0 ? null : median(cpu),
    wanted: comparison.wanted,
    memory: highest(runs.map(({ ours }) => ours.memory)),
    plainMemory: highest(runs.map(({ plain }) => plain.memory)),
  };
}

interface Sample {
  /** Seconds. */
  wall: number;
  cpu: number | null;
  /** Peak, in bytes. */
  memory: number | null;
}

async function sample(pid: number, work: () => Promise<unknown>): Promise<Sample> {
  forgetPeak(pid);
  const before = cpuSeconds(pid);
  const wall = await seconds(work);
  const after = cpuSeconds(pid);
  const cpu = before === null || after === null ? null : after - before;
  return { wall, cpu, memory: peakMemory(pid) };
}

function highest(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
