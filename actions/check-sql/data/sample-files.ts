import { existsSync, globSync, lstatSync } from 'node:fs';
import { join, sep } from 'node:path';
import { nameParts } from '../../migrate/effects/name-scope.ts';
import type { Problem } from '../../migrate/problem.ts';

/** A file of `migrations/fixtures/<schema.stage or schema.table>/<path>`. */
export interface SampleFile {
  file: string;
  /** SCHEMA.NAME of the stage or table. */
  target: string;
  /** Below the stage, parts separated by `/`. */
  path: string;
}

const MOST_BYTES = 50 * 1024 * 1024;

/** The sample data beside a directory of migrations; none when there is no such folder. */
export function readSampleFiles(directory: string): { files: SampleFile[]; problems: Problem[] } {
  const fixtures = join(directory, 'fixtures');
  const files: SampleFile[] = [];
  const problems: Problem[] = [];
  if (!existsSync(fixtures)) return { files, problems };
  let bytes = 0;
  for (const name of globSync('**/*', { cwd: fixtures }).sort()) {
    const file = join(fixtures, name);
    const status = lstatSync(file);
    if (status.isDirectory()) continue;
    const [target = '', ...path] = name.split(sep);
    bytes += status.size;
    const wrong = !status.isFile()
      ? 'not a regular file'
      : path.length === 0
        ? 'it lies in no folder of a stage or table'
        : !/^[A-Za-z0-9._=/-]+$/.test(path.join('/'))
          ? 'its path has other characters than letters, digits and . _ = -'
          : bytes > MOST_BYTES
            ? 'the sample data is larger than 50 MB'
            : null;
    if (wrong === null)
      files.push({ file, target: nameParts(target).slice(-2).join('.'), path: path.join('/') });
    else
      problems.push({
        file,
        line: 1,
        message: `not sample data: ${wrong}`,
        remedy:
          'Put small files at fixtures/SCHEMA.STAGE/<path on the stage> or fixtures/SCHEMA.TABLE/<name>.csv.',
      });
  }
  return { files, problems };
}
