import type { Position } from '../../../shared/sql/position.ts';

/**
 * What the expressions bound in a scope have used: columns outside aggregates, aggregates, window functions.
 * Kept beside the binding, so that a clause can say what may not stand in it.
 */
export interface Uses {
  columns: { name: string; sql: string; position: Position }[];
  aggregates: CallUse[];
  windows: CallUse[];
}
interface CallUse {
  text: string;
  position: Position;
}
interface Mark {
  columns: number;
  aggregates: number;
  windows: number;
}

export function createUses(): Uses {
  return { columns: [], aggregates: [], windows: [] };
}

export function markUses(uses: Uses): Mark {
  return {
    columns: uses.columns.length,
    aggregates: uses.aggregates.length,
    windows: uses.windows.length,
  };
}

/** What was used since the mark. */
export function usesSince(uses: Uses, mark: Mark): Uses {
  return {
    columns: uses.columns.slice(mark.columns),
    aggregates: uses.aggregates.slice(mark.aggregates),
    windows: uses.windows.slice(mark.windows),
  };
}

/** Forgets what was used since the mark, and says what it was. */
export function takeUses(uses: Uses, mark: Mark): Uses {
  return {
    columns: uses.columns.splice(mark.columns),
    aggregates: uses.aggregates.splice(mark.aggregates),
    windows: uses.windows.splice(mark.windows),
  };
}

export function addUses(uses: Uses, more: Uses): void {
  uses.columns.push(...more.columns);
  uses.aggregates.push(...more.aggregates);
  uses.windows.push(...more.windows);
}
