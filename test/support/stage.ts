import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stageDirectory } from '../../actions/local-stack/snowflake/engine/stages/stage-location.ts';
import type { TestEngine } from './engine.ts';

/** Puts files into the internal stage `name` of D.PUBLIC, as a driver's PUT without compression does. */
export function putFiles(test: TestEngine, name: string, files: Record<string, string | Buffer>): void {
  const stage = test.engine.catalog.find(['STAGE'], 'D', 'PUBLIC', name.toUpperCase());
  if (stage === undefined) throw new Error(`no stage ${name}`);
  for (const [path, content] of Object.entries(files)) {
    const file = join(stageDirectory(test.engine, String(stage.id)), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
