import type { Definitions } from './definitions.ts';
import { lineDiff } from './line-diff.ts';
import { normaliseLines, normaliseTokens } from './normalise.ts';

/** An object that is not as the migrations define it. */
export interface Drift {
  /** Type and whole name. */
  object: string;
  state: 'missing' | 'unexpected' | 'different';
  /** From what the migrations define (`-`) to what there is (`+`). */
  diff: string[];
}

/**
 * Compares what the migrations define with what there is. `ignore`: patterns of objects as SQL's LIKE has them,
 * without the database (`SCRATCH.%`), that may be as they are.
 */
export function findDrift(defined: Definitions, live: Definitions, ignore: readonly string[] = []): Drift[] {
  const ignored = ignore.map(likePattern);
  const drifts: Drift[] = [];
  for (const object of [...new Set([...defined.keys(), ...live.keys()])].sort()) {
    if (ignored.some((pattern) => pattern.test(withoutDatabase(object)))) continue;
    const [wanted, found] = [defined.get(object), live.get(object)];
    if (wanted !== undefined && found !== undefined && isSame(wanted, found)) continue;
    drifts.push({
      object,
      state: found === undefined ? 'missing' : wanted === undefined ? 'unexpected' : 'different',
      diff: lineDiff(linesOf(wanted), linesOf(found)).filter((line) => line !== '-' && line !== '+'),
    });
  }
  return drifts;
}

function isSame(a: string, b: string): boolean {
  return normaliseTokens(a) === normaliseTokens(b) && factsOf(a) === factsOf(b);
}

/** What SHOW tells stands in comments at the end. */
function factsOf(text: string): string {
  return text.match(/^-- .*$/gm)?.join('\n') ?? '';
}

function linesOf(text: string | undefined): string {
  return text === undefined ? '' : normaliseLines(text) + (factsOf(text) === '' ? '' : `\n${factsOf(text)}`);
}

function withoutDatabase(object: string): string {
  const name = object.slice(object.search(/ (?=[^ ]*\.)/) + 1);
  return name.slice(name.indexOf('.') + 1);
}

function likePattern(pattern: string): RegExp {
  const text = pattern.replace(/[$^*+?.()|[\]{}\\]/g, '\\$&');
  return new RegExp(`^${text.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is');
}
