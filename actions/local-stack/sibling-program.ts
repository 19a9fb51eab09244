import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of a program that is started as its own process: `source` beside the calling module when run from the
 * sources, `dist/<bundle>/main.js` when bundled (the caller is then in a chunk of `dist/` or below it).
 */
export function siblingProgram(callerUrl: string, source: string, bundle: string): string {
  const candidates = [source, `./${bundle}/main.js`, `../${bundle}/main.js`].map((path) =>
    fileURLToPath(new URL(path, callerUrl)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`none of these programs exists: ${candidates.join(', ')}`);
  return found;
}
