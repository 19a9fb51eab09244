import { readFileSync, writeFileSync } from 'node:fs';

/** Ticks per second of /proc/PID/stat: the same on every Linux that Node runs on. */
const TICKS = 100;

/** Seconds that the processors have worked for a process; null where there is no /proc. */
export function cpuSeconds(pid: number): number | null {
  const stat = readProc(pid, 'stat');
  if (stat === null) return null;
  // The second field is the program's name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Peak resident memory of a process since `forgetPeak`, in bytes; null where there is no /proc. */
export function peakMemory(pid: number): number | null {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return peak === undefined ? null : Number(peak) * 1024;
}

/** From now on the peak is that of what comes. Source: proc(5), clear_refs. */
export function forgetPeak(pid: number): void {
  if (process.platform === 'linux') writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function readProc(pid: number, file: string): string | null {
  return process.platform === 'linux' ? readFileSync(`/proc/${pid}/${file}`, 'utf8') : null;
}
