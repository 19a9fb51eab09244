import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { Table } from 'console-table-printer';
import type { Measure } from './measure.ts';

const root = join(import.meta.dirname, '../..');

/** What the numbers were measured on. */
export function machine() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()} ${release()}`,
    node: process.version,
    duckdb: String(devDependencies['@duckdb/node-api']),
  };
}

export function printMeasures(measures: Measure[]): void {
  const { cpu, cores, memoryBytes, system, node, duckdb } = machine();
  console.log(
    `${cpu}, ${cores} cores, ${size(memoryBytes)}, ${system}, Node.js ${node}, @duckdb/node-api ${duckdb}`,
  );
  const table = new Table({
    shouldDisableColors: !process.stdout.isTTY,
    columns: [
      { name: 'measure', alignment: 'left' },
      ...['ours', 'plain', 'ratio', 'cpu ratio', 'wanted', 'met', 'memory', 'plain memory'].map((name) => ({
        name,
        alignment: 'right' as const,
      })),
    ],
  });
  for (const one of measures) {
    const met = isMet(one);
    table.addRow(
      {
        measure: one.name,
        ours: time(one.ours),
        plain: one.plain === null ? '' : time(one.plain),
        ratio: one.ratio?.toFixed(2) ?? '',
        'cpu ratio': one.cpuRatio?.toFixed(2) ?? '',
        wanted: one.wanted === null ? '' : `<= ${one.ratio === null ? time(one.wanted) : one.wanted}`,
        met: met === null ? '' : met ? 'yes' : 'no',
        memory: one.memory === null ? '' : size(one.memory),
        'plain memory': one.plainMemory === null ? '' : size(one.plainMemory),
      },
      met === false ? { color: 'red' } : {},
    );
  }
  table.printTable();
}

function isMet({ wanted, ratio, ours }: Measure): boolean | null {
  return wanted === null ? null : (ratio ?? ours) <= wanted;
}

function time(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(seconds < 0.1 ? 2 : 0)} ms` : `${seconds.toFixed(2)} s`;
}

function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
