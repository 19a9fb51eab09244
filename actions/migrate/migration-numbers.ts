import type { MigrationFile } from './migration-files.ts';
import type { Problem } from './problem.ts';

/** Whole numbers from this one on are times such as 20261124103000, which leave gaps by their nature. */
const FIRST_TIMESTAMP = 10_000_000n;

/** Compares numbers part by part: 2 < 10, 1.2 < 1.10, 1 = 1.0. Negative, zero or positive, for sorting. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionParts(a), versionParts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [l, r] = [left[index] ?? 0n, right[index] ?? 0n];
    if (l !== r) return l < r ? -1 : 1;
  }
  return 0;
}

/** The number after the highest whole one, with as many digits as the others have. */
export function nextVersion(versions: readonly string[]): string {
  const whole = versions.filter((version) => /^\d+$/.test(version));
  const highest = whole.reduce((high, version) => (BigInt(version) > high ? BigInt(version) : high), 0n);
  const width = Math.max(3, ...whole.map((version) => version.length));
  return String(highest + 1n).padStart(width, '0');
}

/** Two files with one number or name, and numbers that are missing between two others. */
export function numberProblems(
  migrations: readonly MigrationFile[],
  options: { allowGaps: boolean },
): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, MigrationFile>();
  let before: MigrationFile | undefined;
  for (const migration of migrations) {
    const { version, name, file } = migration;
    const key = version === null ? name : versionParts(version).join('.');
    const other = seen.get(key);
    if (other !== undefined) {
      const what = version === null ? `the name ${name}` : `the number ${version}`;
      problems.push({
        file,
        line: 1,
        message: `it has ${what}, and so has ${other.file}`,
        remedy: 'Give one of them the next free number or another name.',
      });
      continue;
    }
    seen.set(key, migration);
    const gap = options.allowGaps ? undefined : gapBetween(before?.version, version);
    if (gap !== undefined) {
      problems.push({
        file,
        line: 1,
        message: `number ${gap} is missing before it: the migration before it is ${before!.name}.sql`,
        remedy:
          'Add the missing file or use the missing number; "allow-gaps: true" lets numbers be left out.',
      });
    }
    before = migration;
  }
  return problems;
}

/** The first number that is left out between two whole numbers, written as wide as the second. */
function gapBetween(before: string | null | undefined, after: string | null): string | undefined {
  if (typeof before !== 'string' || after === null) return undefined;
  if (!/^\d+$/.test(before) || !/^\d+$/.test(after)) return undefined;
  const next = BigInt(before) + 1n;
  if (BigInt(after) <= next || BigInt(after) >= FIRST_TIMESTAMP) return undefined;
  return String(next).padStart(after.length, '0');
}

function versionParts(version: string): bigint[] {
  const parts = version.split(/[._]/).map(BigInt);
  while (parts.length > 1 && parts.at(-1) === 0n) parts.pop();
  return parts;
}
