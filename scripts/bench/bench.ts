import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../../actions/shared/errors.ts';
import type { Bench } from './measure.ts';
import { machine, printMeasures } from './report.ts';

const HELP = `npm run bench -- NAME [--only TEXT] [--json FILE]

  snowflake  the local Snowflake against plain DuckDB doing the same work by hand
  extract    extract against psql that reads the same rows in binary form
  migrate    the bundled migrate action with a thousand migrations on the local Snowflake
  check      the lint of 100 and of 1,000 migrations, and sqlfluff where it is installed

  --only TEXT  only the measures with this text in their names
  --json FILE  writes the machine and all numbers to a file too

  Numbers are medians; a ratio is the median of the ratios of runs that took turns. A bench is no test: numbers that
  are not as wanted are shown, and the exit code is 0.`;

const BENCHES: Record<string, () => Promise<Bench>> = {
  snowflake: async () => (await import('./snowflake/snowflake.ts')).benchSnowflake,
  migrate: async () => (await import('./migrate/migrate.ts')).benchMigrate,
  extract: async () => (await import('./extract/extract.ts')).benchExtract,
  check: async () => (await import('./check/check.ts')).benchCheck,
};

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [name, ...rest] = positionals;
  const load = name === undefined ? undefined : BENCHES[name];
  if (load === undefined || rest.length > 0) {
    throw new UserError(
      name === undefined ? 'no bench named' : `there is no bench "${positionals.join(' ')}"`,
      { remedy: `There are: ${Object.keys(BENCHES).join(', ')}. npm run bench -- --help says more.` },
    );
  }
  const only = values.only ?? '';
  const bench = await load();
  const measures = await bench({
    isWanted: (measure) => measure.includes(only),
    say: (line) => console.error(line),
  });
  printMeasures(measures);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ bench: name, machine: machine(), measures }, null, 2)}\n`);
  }
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { only: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UserError(messageOf(error), { remedy: HELP, cause: error });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.remedy === undefined ? error.message : `${error.message}\n${error.remedy}`);
  process.exitCode = 2;
}
