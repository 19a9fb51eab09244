import type { Property, PropertyValue } from '../../../../shared/sql/ast.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { FormatValue } from '../objects.ts';

/** The property of this name, if given. */
export function property(properties: Property[], name: string): Property | undefined {
  return properties.find((candidate) => candidate.name === name);
}

/** @throws SnowflakeError for a property that is none of these: nothing is ignored. */
export function requireKnown(properties: Property[], known: readonly string[], object: string): void {
  for (const candidate of properties) {
    if (!known.includes(candidate.name)) {
      throw compilationError(
        '001420',
        '22023',
        `invalid property '${candidate.name}' for '${object}'`,
        candidate.start,
      );
    }
  }
}

export function stringProperty(properties: Property[], name: string): string | undefined {
  const found = property(properties, name);
  if (found === undefined) return undefined;
  if (found.value.kind === 'string') return found.value.value;
  if (found.value.kind === 'word') return found.value.parts.map((part) => part.name).join('.');
  throw invalidValue(found);
}

export function numberProperty(properties: Property[], name: string): number | undefined {
  const found = property(properties, name);
  if (found === undefined) return undefined;
  if (found.value.kind === 'number') return Number(found.value.text);
  throw invalidValue(found);
}

export function booleanProperty(properties: Property[], name: string): boolean | undefined {
  const found = property(properties, name);
  if (found === undefined) return undefined;
  const { value } = found;
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'string' && /^(true|false)$/i.test(value.value))
    return value.value.toLowerCase() === 'true';
  throw invalidValue(found);
}

/** A property's value as the catalog keeps it. */
export function plainValue(value: PropertyValue): FormatValue {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return Number(value.text);
    case 'boolean':
      return value.value;
    case 'word':
      return value.parts.map((part) => part.name).join('.');
    case 'list':
      return value.items.map((item) => String(plainValue(item)));
    default:
      throw compilationError('001003', '42000', 'unexpected nested properties', value.start);
  }
}

function invalidValue(found: Property): Error {
  return compilationError('001008', '22023', `invalid value for property '${found.name}'`, found.value.start);
}
