/** One number of a bench. Times are seconds, memory is bytes. */
export interface Measure {
  name: string;
  /** Median time. */
  ours: number;
  /** Median time of the same work done by hand; null: there is no such thing. */
  plain: number | null;
  /** Median of ours / plain of runs that took turns. */
  ratio: number | null;
  /** The same for the time that the processors worked: what else runs on the machine matters less to it. */
  cpuRatio: number | null;
  /** The most that `ratio` (or, without `plain`, `ours`) should be; null: only reported. */
  wanted: number | null;
  /** Peak resident memory of the process that did the work; null where the system does not tell. */
  memory: number | null;
  plainMemory: number | null;
}

/** Ours alone: there is nothing by hand to compare with. */
export function alone(name: string, ours: number, wanted: number | null, memory: number | null): Measure {
  return { name, ours, plain: null, ratio: null, cpuRatio: null, wanted, memory, plainMemory: null };
}

export interface BenchOptions {
  isWanted(measure: string): boolean;
  /** Shows progress. */
  say(line: string): void;
}

export type Bench = (options: BenchOptions) => Promise<Measure[]>;

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share of the values lies. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** Seconds that some work took. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
