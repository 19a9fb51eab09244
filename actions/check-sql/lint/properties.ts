import type { Property, PropertyValue } from '../../shared/sql/ast.ts';

export function propertyOf(properties: readonly Property[], name: string): PropertyValue | undefined {
  return properties.find((property) => property.name === name)?.value;
}

/** null for anything but a number. */
export function numberOf(value: PropertyValue | undefined): number | null {
  return value?.kind === 'number' ? Number(value.text) : null;
}

/** A text, word, number or boolean in upper case; undefined for lists and the like. */
export function wordOf(value: PropertyValue | undefined): string | undefined {
  switch (value?.kind) {
    case 'string':
      return value.value.toUpperCase();
    case 'word':
      return value.parts
        .map((part) => part.name)
        .join('.')
        .toUpperCase();
    case 'number':
      return value.text;
    case 'boolean':
      return value.value ? 'TRUE' : 'FALSE';
    default:
      return undefined;
  }
}
