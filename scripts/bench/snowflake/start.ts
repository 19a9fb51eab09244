import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SnowflakeSession } from '../../../actions/shared/snowflake.ts';
import { alone, type Measure, median } from '../measure.ts';
import { peakMemory } from '../process-facts.ts';
import { settingsOf, startServer } from './world.ts';

const RUNS = 5;
const bundle = join(import.meta.dirname, '../../../dist/local-stack-snowflake/main.js');

/** From the start of the server's process to the first answer of a statement: sources, and the bundle if it is built. */
export const starts = [
  { name: 'server ready, from sources', measure: () => start('server ready, from sources', undefined) },
  ...(existsSync(bundle)
    ? [{ name: 'server ready, bundled', measure: () => start('server ready, bundled', bundle) }]
    : []),
];

async function start(name: string, program: string | undefined): Promise<Measure> {
  const times: number[] = [];
  let memory: number | null = null;
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const server = await startServer(null, program);
    const session = await SnowflakeSession.open(settingsOf(server));
    await session.execute('SELECT 1');
    times.push((performance.now() - started) / 1000);
    memory = peakMemory(server.pid);
    await session.close();
    await server.stop();
  }
  return alone(name, median(times), 1, memory);
}
