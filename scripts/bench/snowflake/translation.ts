import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindQuery } from '../../../actions/local-stack/snowflake/bind/query.ts';
import { createBindContext } from '../../../actions/local-stack/snowflake/engine/bind-context.ts';
import { Engine, newQueryId } from '../../../actions/local-stack/snowflake/engine/engine.ts';
import type { Run, Session } from '../../../actions/local-stack/snowflake/engine/session.ts';
import { readMigrations } from '../../../actions/migrate/migration-files.ts';
import type { Statement } from '../../../actions/shared/sql/ast.ts';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';
import { splitStatements } from '../../../actions/shared/sql/split.ts';
import { alone, type Measure, quantile, seconds } from '../measure.ts';

const RUNS = 20;
const root = join(import.meta.dirname, '../../..');
const DML: ReadonlySet<Statement['kind']> = new Set(['insert', 'multiInsert', 'update', 'delete', 'merge']);

/** Parsing and binding of every statement of the migrations and of typical queries on their tables, DuckDB left out. */
export const translations = [
  { name: 'translation of a statement, median', share: 0.5 },
  { name: 'translation of a statement, 95th percentile', share: 0.95 },
].map(({ name, share }) => ({
  name,
  measure: async (): Promise<Measure> => alone(name, quantile(await translationTimes(), share), 0.003, null),
}));

const VARIABLES = { lake_url: 's3://lake', storage_integration: 'lake', warehouse: 'bench_wh' };

let times: number[] | undefined;

async function translationTimes(): Promise<number[]> {
  if (times !== undefined) return times;
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-bench-'));
  const engine = await Engine.open({ dir, persistent: false });
  try {
    const session = await engine.openSession({ id: '1', user: 'BENCH', database: 'BENCH', schema: 'PUBLIC' });
    await session.execute('CREATE DATABASE bench');
    const texts = [...(await applyMigrations(session)), ...typicalQueries()];
    times = [];
    for (let run = 0; run < RUNS; run++) {
      for (const text of texts) times.push(await seconds(() => translate(text, session)));
    }
    await session.close();
  } finally {
    engine.close();
    rmSync(dir, { recursive: true, force: true });
  }
  return times;
}

/** Returns their statements, and the bodies of their tasks as statements of their own. */
async function applyMigrations(session: Session): Promise<string[]> {
  await session.execute(
    "CREATE STORAGE INTEGRATION lake TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::000000000000:role/lake' STORAGE_ALLOWED_LOCATIONS = ('s3://lake/')",
  );
  const { migrations } = readMigrations(join(root, 'migrations'), VARIABLES);
  const texts: string[] = [];
  for (const { text } of migrations.flatMap(({ statements }) => statements)) {
    await session.execute(text);
    const statement = parseStatement(text);
    texts.push(text);
    if (statement.kind === 'createTask' && statement.body !== null) texts.push(statement.bodyText);
  }
  return texts;
}

function typicalQueries(): string[] {
  const file = join(import.meta.dirname, 'typical-queries.sql');
  return splitStatements(readFileSync(file, 'utf8')).map(({ text }) => text);
}

async function translate(text: string, session: Session): Promise<void> {
  const statement = parseStatement(text);
  // Of DML, compiling is all that this does; what it adds to it is counted against us.
  if (DML.has(statement.kind)) {
    await session.execute(text, { describeOnly: true });
    return;
  }
  if (statement.kind !== 'select' && statement.kind !== 'createView') return;
  const source = statement.kind === 'select' ? text : statement.queryText;
  const run: Run = {
    queryId: newQueryId(),
    text: source,
    binds: [],
    describeOnly: true,
    startedAt: session.engine.now(),
  };
  bindQuery(statement.query, createBindContext(session, run), { source });
}
