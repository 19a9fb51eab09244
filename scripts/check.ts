import { enableCompileCache } from 'node:module';

// Most of the time of a small check is the start: what was compiled once is kept.
enableCompileCache();
const { main } = await import('./check/command.ts');
process.exitCode = await main(process.argv.slice(2));
