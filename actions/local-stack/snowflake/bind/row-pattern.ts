import type { RowPattern } from '../../../shared/sql/ast.ts';

/** A pattern's steps by symbol number, ready to be matched; written as JSON into the call of sf_js_match. */
export type PatternStep =
  | { kind: 'symbol'; symbol: number; shown: boolean }
  | { kind: 'sequence' | 'alternation'; parts: PatternStep[] }
  | { kind: 'anchor'; at: 'start' | 'end' }
  | { kind: 'repeat'; part: PatternStep; least: number; most: number | null; greedy: boolean };

export interface PatternProgram {
  step: PatternStep;
  skip: { kind: 'pastLastRow' | 'nextRow' } | { kind: 'first' | 'last'; symbol: number };
}

/** More steps than this in one partition are taken for a pattern that never ends. */
const MOST_STEPS = 2_000_000;

/** Symbols become numbers by `numberOf`, PERMUTE the alternation of all orders. */
export function patternStep(
  pattern: RowPattern,
  numberOf: (symbol: string) => number,
  shown = true,
): PatternStep {
  switch (pattern.kind) {
    case 'symbol':
      return { kind: 'symbol', symbol: numberOf(pattern.symbol.name), shown };
    case 'anchor':
      return pattern;
    case 'excluded':
      return patternStep(pattern.part, numberOf, false);
    case 'repeat': {
      const { least, most, greedy } = pattern;
      return { kind: 'repeat', part: patternStep(pattern.part, numberOf, shown), least, most, greedy };
    }
    case 'permute': {
      const parts = pattern.parts.map((part) => patternStep(part, numberOf, shown));
      return {
        kind: 'alternation',
        parts: permutations(parts).map((order) => ({ kind: 'sequence', parts: order })),
      };
    }
    default:
      return { kind: pattern.kind, parts: pattern.parts.map((part) => patternStep(part, numberOf, shown)) };
  }
}

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Whether a pattern can match without any row. */
export function matchesNothing(step: PatternStep): boolean {
  switch (step.kind) {
    case 'symbol':
      return false;
    case 'anchor':
      return true;
    case 'repeat':
      return step.least === 0 || matchesNothing(step.part);
    case 'sequence':
      return step.parts.every(matchesNothing);
    case 'alternation':
      return step.parts.some(matchesNothing);
  }
}

interface Taken {
  symbol: number;
  shown: boolean;
}

/**
 * The matches in one partition: `masks` has, row after row and separated by commas, a bit for each symbol whose
 * condition the row meets; `program` is a PatternProgram as JSON. JSON of [match, row, symbol, sequence, shown],
 * numbers from 1. Of several ways to match, the first in the order of the pattern, greedy before short.
 * Source: docs.snowflake.com, MATCH_RECOGNIZE.
 */
export function matchRows(masks: string, program: string): string {
  const { step, skip } = JSON.parse(program) as PatternProgram;
  const rows = masks.split(',').map(Number);
  const found: [match: number, row: number, symbol: number, sequence: number, shown: number][] = [];
  let steps = 0;
  const taken: Taken[] = [];
  const match = (one: PatternStep, at: number, next: (at: number) => boolean): boolean => {
    if (++steps > MOST_STEPS) throw new Error('MATCH_RECOGNIZE takes too many steps');
    switch (one.kind) {
      case 'symbol': {
        if (at >= rows.length || (rows[at]! & (1 << one.symbol)) === 0) return false;
        taken.push(one);
        if (next(at + 1)) return true;
        taken.pop();
        return false;
      }
      case 'anchor':
        return (one.at === 'start' ? at === 0 : at === rows.length) && next(at);
      case 'alternation':
        return one.parts.some((part) => match(part, at, next));
      case 'sequence': {
        const from = (index: number, place: number): boolean =>
          index === one.parts.length
            ? next(place)
            : match(one.parts[index]!, place, (to) => from(index + 1, to));
        return from(0, at);
      }
      case 'repeat': {
        const from = (count: number, place: number, before: number): boolean => {
          const more = (): boolean =>
            count < (one.most ?? Number.POSITIVE_INFINITY) &&
            (count < one.least || place > before) &&
            match(one.part, place, (to) => from(count + 1, to, place));
          const enough = (): boolean => count >= one.least && next(place);
          return one.greedy ? more() || enough() : enough() || more();
        };
        return from(0, at, -1);
      }
    }
  };
  for (let at = 0, number = 1; at < rows.length; ) {
    taken.length = 0;
    if (!match(step, at, () => true) || taken.length === 0) {
      at++;
      continue;
    }
    for (const [index, row] of taken.entries())
      found.push([number, at + index + 1, row.symbol, index + 1, row.shown ? 1 : 0]);
    number++;
    at = nextStart(skip, taken, at);
  }
  return JSON.stringify(found);
}

/** @throws when the match would be found again and again */
function nextStart(skip: PatternProgram['skip'], taken: Taken[], at: number): number {
  if (skip.kind === 'pastLastRow') return at + taken.length;
  if (!('symbol' in skip)) return at + 1;
  const symbols = taken.map((row) => row.symbol);
  const index = skip.kind === 'first' ? symbols.indexOf(skip.symbol) : symbols.lastIndexOf(skip.symbol);
  if (index <= 0) throw new Error('AFTER MATCH SKIP goes to the first row of the match, or to no row of it');
  return at + index;
}
