import pg from 'pg';
import { UserError } from '../../shared/errors.ts';
import { type ColumnPlan, planColumn } from '../column-plan.ts';
import type { SourceTable } from '../source-table.ts';
import type { Change } from './changes.ts';
import { formatLsn } from './lsn.ts';

/** What a load of changes carries beside the table's columns. */
interface ChangeColumn {
  name: string;
  type: 'text' | 'int8' | 'timestamptz' | 'jsonb';
  nullable: boolean;
  /** For a change, as text. */
  of: (change: Change) => string | null;
  /** For a row of the first load, as SQL. */
  first: (lsn: bigint) => string;
}

const CHANGE_COLUMNS: readonly ChangeColumn[] = [
  { name: '_op', type: 'text', nullable: false, of: ({ op }) => op, first: () => `'snapshot'` },
  {
    name: '_lsn',
    type: 'int8',
    nullable: false,
    of: ({ lsn }) => String(lsn),
    first: (lsn) => `(pg_lsn '${formatLsn(lsn)}' - pg_lsn '0/0')`,
  },
  { name: '_seq', type: 'int8', nullable: false, of: ({ seq }) => String(seq), first: () => '0' },
  {
    name: '_commit_ts',
    type: 'timestamptz',
    nullable: true,
    of: ({ committedAt }) => timestampText(committedAt),
    first: () => 'NULL',
  },
  {
    name: '_unchanged',
    type: 'jsonb',
    nullable: true,
    of: ({ unchanged }) => (unchanged.length === 0 ? null : JSON.stringify(unchanged)),
    first: () => 'NULL',
  },
];

/**
 * The plans of the columns beside the table's.
 * @param first position of the slot where the first load reads the table; undefined where changes are read
 */
export function planChangeColumns(first: bigint | undefined): ColumnPlan[] {
  return CHANGE_COLUMNS.map((column) => {
    const { name, type, nullable } = column;
    const plan = planColumn({
      name,
      nullable,
      declared: type,
      base: type,
      generated: '',
      type: { name: type, isBuiltIn: true, kind: 'b', category: '', modifier: -1 },
    });
    return first === undefined ? plan : { ...plan, select: `${column.first(first)}::${type}` };
  });
}

/** @throws UserError when the table has a column of a name that changes need */
export function refuseOwnChangeColumns(table: SourceTable): void {
  for (const { name } of CHANGE_COLUMNS) {
    if (!table.columns.some((own) => own.name === name)) continue;
    throw new UserError(`table ${table.name} has a column "${name}", which strategy cdc adds`, {
      remedy: 'Use another strategy for it, or rename the column.',
    });
  }
}

/**
 * A query that gives changes as rows: PostgreSQL itself turns the texts into its types, so that a change goes the
 * same way as a row of the table, whatever its type.
 */
export function changesQuery(
  table: SourceTable,
  columns: readonly ColumnPlan[],
  changes: readonly Change[],
): string {
  const fields = [
    // The type under a domain: a delete has nulls where the domain may have none.
    ...table.columns.map(({ name, base }, place) => ({
      name,
      type: base,
      values: changes.map((change) => change.values[place] ?? null),
    })),
    ...CHANGE_COLUMNS.map(({ name, type, of }) => ({ name, type, values: changes.map(of) })),
  ];
  const arrays = fields.map(({ values }) => `${arrayLiteral(values)}::text[]`);
  const casts = fields.map(({ name, type }, index) => `v${index}::${type} AS ${pg.escapeIdentifier(name)}`);
  return `SELECT ${columns.map((column) => column.select).join(', ')}
    FROM (SELECT ${casts.join(', ')}
            FROM unnest(${arrays.join(', ')}) AS texts(${fields.map((_, index) => `v${index}`).join(', ')})) AS changes`;
}

function arrayLiteral(values: readonly (string | null)[]): string {
  const elements = values.map((value) =>
    value === null ? 'NULL' : `"${value.replace(/["\\]/g, (character) => `\\${character}`)}"`,
  );
  // pg.escapeLiteral goes by single characters: half of the time of a load.
  const escaped = elements.join(',').replaceAll('\\', '\\\\').replaceAll("'", "''");
  return `E'{${escaped}}'`;
}

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

function timestampText(micros: bigint): string {
  // Date has milliseconds: the microseconds below are put in by text.
  const seconds = micros / 1_000_000n;
  const date = new Date(POSTGRES_EPOCH_MS + Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${date}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
}
