import { DataType, type Field, type Schema } from 'apache-arrow';
import { UserError } from '../shared/errors.ts';
import type { Manifest } from '../shared/manifest.ts';

type ManifestSchema = Manifest['schema'];

/** What changed in a table since its previous load. */
export interface SchemaDrift {
  added: string[];
  /** One line per change, e.g. `"price": Decimal(10,2) -> Utf8`. */
  breaking: string[];
}

/** The schema as the manifest lists it. */
export function manifestSchema(schema: Schema): ManifestSchema {
  return schema.fields.map((field) => ({
    name: field.name,
    type: typeText(field),
    nullable: field.nullable,
  }));
}

/** Compares by name: a renamed column is one dropped and one added. Order and nullability may change freely. */
export function compareSchemas(previous: ManifestSchema, current: ManifestSchema): SchemaDrift {
  const now = new Map(current.map((column) => [column.name, column.type]));
  const before = new Set(previous.map((column) => column.name));
  const breaking: string[] = [];
  for (const { name, type } of previous) {
    const found = now.get(name);
    if (found === undefined) breaking.push(`"${name}": ${type} -> dropped`);
    else if (found !== type) breaking.push(`"${name}": ${type} -> ${found}`);
  }
  return {
    added: current.filter((column) => !before.has(column.name)).map((column) => column.name),
    breaking,
  };
}

/** @throws UserError with the diff when columns were dropped or retyped */
export function refuseBreakingDrift(table: string, previousLoad: string, drift: SchemaDrift): void {
  if (drift.breaking.length === 0) return;
  throw new UserError(
    `table ${table}: columns changed since load ${previousLoad}: ${drift.breaking.join('; ')}`,
    {
      remedy:
        'Migrate the target to the new columns, then run with full-refresh: true, which loads everything in the new form.',
    },
  );
}

function typeText(field: Field): string {
  if (field.metadata.get('logical') === 'json') return 'Json';
  const { type } = field;
  if (DataType.isDecimal(type)) return `Decimal(${type.precision},${type.scale})`;
  if (DataType.isTimestamp(type)) return type.timezone ? `Timestamp(us, ${type.timezone})` : 'Timestamp(us)';
  if (DataType.isTime(type)) return 'Time(us)';
  if (DataType.isDate(type)) return 'Date';
  return type.toString();
}
