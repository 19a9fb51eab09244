import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const FOLDER = 'actions/extract/kernel';

/**
 * Compiles extract's kernel from AssemblyScript to WebAssembly, unless it is newer than its sources.
 * @returns the file
 */
export async function buildKernel(root: string): Promise<string> {
  const output = join(root, FOLDER, 'kernel.wasm');
  const sources = globSync(`${FOLDER}/assembly/*.ts`, { cwd: root }).map((file) => join(root, file));
  const changed = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > changed) return output;
  const { error, stderr } = await asc.main([
    join(root, FOLDER, 'assembly/copy.ts'),
    ...['--baseDir', root, '--outFile', output],
    // No reference counting: the kernel manages its few buffers itself.
    ...['-O3', '--noAssert', '--runtime', 'minimal', '--use', 'abort='],
  ]);
  if (error !== null) throw new Error(`the kernel does not compile: ${stderr.toString()}`, { cause: error });
  return output;
}
