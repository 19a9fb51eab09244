import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Stack } from '../actions/local-stack/stack.ts';
import { type DayFigures, runBuiltAction, runDay } from './demo/day.ts';
import { showChanges, showGold } from './demo/gold-tables.ts';
import { countLayers, fingerprint, type LayerCounts } from './demo/layers.ts';
import {
  type CheckResult,
  checkChanged,
  checkCustomers,
  checkTotals,
  checkUnchanged,
} from './demo/self-check.ts';
import { customersCsv } from './demo/sources/customers-csv.ts';
import { applyDayTwo } from './demo/sources/day-two.ts';
import { Steps } from './demo/steps.ts';
import {
  bootstrapSnowflake,
  createAccount,
  createSources,
  names,
  openWarehouse,
  startServices,
  templateVariables,
  type World,
} from './demo/world.ts';

const HELP = `npm run demo [-- --scale N] [--customers N] [--json FILE] [--quiet]

  The whole pipeline on this machine, with no account: local PostgreSQL, S3, Lambda and Snowflake; two days of
  sales, catalogue and customers from the sources to gold; checked to the cent.

  --scale N      sales transactions in the OLTP database (default 20000; three lines each)
  --customers N  rows of the first customers file (default 2000)
  --json FILE    also write every step's figures
  --quiet        no progress and no tables`;

const DAY_ONE = '2026-06-29';
const DAY_TWO = '2026-06-30';

/** Everything the demo measured, as --json writes it. */
export interface DemoFigures {
  scale: number;
  migrations: { statements: number };
  days: Record<string, DayFigures>;
  layers: Record<string, LayerCounts>;
  checks: CheckResult[];
  secondsByStep: Record<string, number>;
  seconds: number;
}

async function demo(
  options: { scale: number; customers: number; json: string | undefined; quiet: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const started = performance.now();
  const steps = new Steps(options.quiet, signal);
  const directory = mkdtempSync(join(tmpdir(), 'globalmart-demo-'));
  let stack: Stack | undefined;
  let world: World | undefined;
  try {
    steps.heading('GlobalMart, on this machine');
    const running = await steps.run(
      'start Postgres, AWS and Snowflake',
      // Kept before the step ends, so that a stop at this moment finds it.
      async () => {
        stack = await startServices(root);
        return stack;
      },
      ({ env }) => `Snowflake at ${env.SNOWFLAKE_ACCESS_URL}`,
    );
    Object.assign(process.env, running.env);
    const sources = await steps.run(
      'create the sources',
      async () => {
        const created = await createSources(running, options);
        world = created;
        return created;
      },
      ({ transactions, lines }) =>
        `${transactions.toLocaleString('en-US')} sales, ${lines.toLocaleString('en-US')} lines, 500 products`,
    );
    await steps.run(
      'store secrets, create the bucket',
      () => createAccount(sources),
      () => 'three secrets in Secrets Manager',
    );
    await steps.run(
      'bootstrap Snowflake',
      () => bootstrapSnowflake(root, running),
      (statements) => `${statements} statements: warehouse, role, database, integration`,
    );
    const migrate = await steps.run(
      'migrate (apply migrations/)',
      () => runBuiltAction('migrate', migrateInputs(), signal),
      ({ outputs }) => `${outputs.applied} migrations applied`,
    );
    await using session = await openWarehouse(running);
    const checks: CheckResult[] = [];
    const day = async (
      title: string,
      logicalDate: string,
      csv: ReturnType<typeof customersCsv>,
    ): Promise<DayFigures> => {
      steps.heading(title);
      const figures = await runDay({ logicalDate, customersCsv: csv.text, directory, steps, signal });
      checks.push(checkCustomers(title, csv.expected, figures));
      return figures;
    };

    const dayOne = await day(
      `Day 1, ${DAY_ONE}: the first load`,
      DAY_ONE,
      customersCsv({ count: options.customers, day: 1 }),
    );
    const layersOne = await countLayers(session);
    if (!options.quiet) await showGold(session);
    checks.push(await checkTotals(sources, session, DAY_ONE));
    const printOne = await fingerprint(session);

    const changes = await applyDayTwo(sources.oltp, {
      products: sources.api.products(),
      customers: options.customers,
    });
    sources.api.changePrices();
    steps.say(`\nOvernight at the sources: ${describeChanges(changes)}; prices changed`);
    const dayTwo = await day(
      `Day 2, ${DAY_TWO}: only what changed`,
      DAY_TWO,
      customersCsv({ count: options.customers, day: 2 }),
    );
    const layersTwo = await countLayers(session);
    if (!options.quiet) {
      showChanges(layersOne, layersTwo);
      await showGold(session);
    }
    checks.push(await checkTotals(sources, session, DAY_TWO));
    const printTwo = await fingerprint(session);
    checks.push(checkChanged(printOne, printTwo));

    const again = await day(
      `Day 2 again: nothing to do`,
      DAY_TWO,
      customersCsv({ count: options.customers, day: 2 }),
    );
    const layersAgain = await countLayers(session);
    if (!options.quiet) showChanges(layersTwo, layersAgain);
    checks.push(checkUnchanged(printTwo, await fingerprint(session)));
    checks.push({
      name: 'a repeated batch loads nothing',
      passed: JSON.stringify(layersTwo) === JSON.stringify(layersAgain),
      detail: 'row counts of bronze, silver and gold are the same',
    });

    steps.heading('Checks');
    for (const check of checks) steps.say(`  ${check.passed ? '✓' : '✗'} ${check.name}: ${check.detail}`);
    const figures: DemoFigures = {
      scale: options.scale,
      migrations: { statements: Number(migrate.outputs.statements ?? 0) },
      days: { [DAY_ONE]: dayOne, [DAY_TWO]: dayTwo, [`${DAY_TWO} again`]: again },
      layers: { [DAY_ONE]: layersOne, [DAY_TWO]: layersTwo, [`${DAY_TWO} again`]: layersAgain },
      checks,
      secondsByStep: steps.seconds,
      seconds: Math.round((performance.now() - started) / 10) / 100,
    };
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
    const passed = checks.every((check) => check.passed);
    steps.heading(`${passed ? 'All checks passed' : 'A check FAILED'} in ${figures.seconds.toFixed(1)} s.`);
    return passed;
  } finally {
    await world?.oltp.end();
    await world?.api.close();
    await stack?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function migrateInputs(): Record<string, string> {
  const variables = Object.entries(templateVariables).map(([name, value]) => `${name}=${value}`);
  return {
    mode: 'apply',
    database: names.database,
    'snowflake-secret': names.snowflakeSecret,
    variables: variables.join('\n'),
  };
}

function describeChanges(changes: object): string {
  return Object.entries(changes)
    .map(([kind, number]) => `${number} ${kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`)
    .join(', ');
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number above 0, not "${value}"`);
  return number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scale: { type: 'string', default: '20000' },
      customers: { type: 'string', default: '2000' },
      json: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error('\nStopping …');
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  const passed = await demo(
    {
      scale: positive('scale', values.scale),
      customers: positive('customers', values.customers),
      json: values.json,
      quiet: values.quiet,
    },
    stop.signal,
  );
  process.exitCode = passed ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
