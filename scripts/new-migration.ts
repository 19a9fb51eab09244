import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nextVersion } from '../actions/migrate/migration-numbers.ts';
import { messageOf, UserError } from '../actions/shared/errors.ts';

const HELP = `npm run new-migration -- "add loyalty tier" [--repeatable] [--directory DIR]

  Makes the next migration: V<number>__add_loyalty_tier.sql, which runs once.

  --repeatable     R__add_loyalty_tier.sql instead, which runs again whenever it changes
  --directory DIR  where the migrations lie (default: migrations)`;

/**
 * Writes the file of a new migration and returns its path.
 * @throws UserError for a description without a letter or digit, or a name that exists
 */
export function newMigration(options: {
  description: string;
  directory: string;
  repeatable: boolean;
}): string {
  const { description, directory, repeatable } = options;
  const slug = description
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (slug === '') {
    throw new UserError(`"${description}" gives no file name`, {
      remedy: 'Say in a few words what the migration does.',
    });
  }
  const versions = globSync('**/V*.sql', { cwd: directory }).flatMap(
    (path) => /^V(\d+)__/.exec(basename(path))?.[1] ?? [],
  );
  const file = join(directory, `${repeatable ? 'R' : `V${nextVersion(versions)}`}__${slug}.sql`);
  if (existsSync(file))
    throw new UserError(`${file} exists`, { remedy: 'Change it, or choose another name.' });
  mkdirSync(directory, { recursive: true });
  const note = repeatable
    ? 'Runs again whenever this file changes: CREATE OR REPLACE.'
    : 'Runs once. Once applied, it is never edited: the next change is the next migration.';
  writeFileSync(file, `-- ${description.replace(/\s+/g, ' ').trim()}\n-- ${note}\n\n`, { flag: 'wx' });
  return file;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repeatable: { type: 'boolean', default: false },
      directory: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const description = positionals.join(' ');
  if (values.help || description === '') {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const { repeatable, directory = join(root, 'migrations') } = values;
  console.log(newMigration({ description, directory, repeatable }));
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    const remedy = error instanceof UserError ? `\n${error.remedy}` : '';
    console.error(`${messageOf(error)}${remedy}`);
    process.exitCode = 1;
  }
}
