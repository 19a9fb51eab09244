import type { ObjectName, Property } from '../../../../shared/sql/ast.ts';
import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { compilationError, doesNotExist } from '../../../../shared/sql/snowflake-error.ts';
import { formatName, fullName, nameParts } from '../names.ts';
import type { CatalogRecord, RecordedObject } from '../objects.ts';
import type { Run, Session } from '../session.ts';

/** Anything that carries tags: an object or a column of one. */
interface Tagged {
  tags?: Record<string, string>;
}

/** SET TAG: the values must be among those that the tag allows. Source: docs.snowflake.com, "Introduction to object tagging". */
export function withTags<Item extends Tagged>(
  tagged: Item,
  assigned: { name: ObjectName; value: string }[],
  session: Session,
  run: Run,
): Item {
  const tags = { ...tagged.tags };
  for (const { name, value } of assigned) {
    const tag = findTag(nameParts(name, session, run), session, name.start);
    requireAllowed(tag, value);
    tags[tag.id] = value;
  }
  return { ...tagged, tags };
}

/** UNSET TAG: a tag that is not set is nothing to unset. */
export function withoutTags<Item extends Tagged>(
  tagged: Item,
  names: ObjectName[],
  session: Session,
  run: Run,
): Item {
  const tags = { ...tagged.tags };
  for (const name of names) delete tags[findTag(nameParts(name, session, run), session, name.start).id];
  return { ...tagged, tags };
}

/** The property TAG = (name = 'value' …) that the grammar makes of `[WITH] TAG (…)` and SET TAG. */
export function withTagProperty<Item extends Tagged>(
  tagged: Item,
  property: Property | undefined,
  session: Session,
): Item {
  if (property?.value.kind !== 'properties') return tagged;
  const tags = { ...tagged.tags };
  for (const { name, value, start } of property.value.properties) {
    const tag = findTag(name.split('.'), session, start);
    const text = value.kind === 'string' ? value.value : '';
    requireAllowed(tag, text);
    tags[tag.id] = text;
  }
  return { ...tagged, tags };
}

/** The names that UNSET gives as `TAG N`. */
export function withoutTagNames<Item extends Tagged>(tagged: Item, names: string[], session: Session): Item {
  const unset = names.filter((name) => name.startsWith('TAG ')).map((name) => name.slice(4));
  if (unset.length === 0) return tagged;
  const tags = { ...tagged.tags };
  for (const name of unset) delete tags[findTag(name.split('.'), session).id];
  return { ...tagged, tags };
}

/** @throws doesNotExist */
function findTag(
  parts: string[],
  session: Session,
  position?: ObjectName['start'],
): RecordedObject & { kind: 'TAG' } {
  const full = fullName(parts, session);
  const tag = session.engine.catalog.find(['TAG'], full.database, full.schema, full.name);
  if (tag === undefined) throw doesNotExist('Tag', formatName(full), position);
  return tag as RecordedObject & { kind: 'TAG' };
}

/** A tag by the text of its name, as functions take it. */
export function tagNamed(name: string, session: Session): RecordedObject & { kind: 'TAG' } {
  return findTag(
    parseObjectName(name).map((part) => part.name),
    session,
  );
}

export function allowedValues(tag: RecordedObject): string[] | null {
  const { ALLOWED_VALUES: values } = tag.properties;
  return Array.isArray(values) ? values : null;
}

/** The value that holds for an object: its own, else that of its schema, database. */
export function inheritedTag(
  tag: RecordedObject,
  record: CatalogRecord,
  session: Session,
): { value: string; level: CatalogRecord } | null {
  const { catalog } = session.engine;
  const levels = [
    record,
    record.schema === null ? undefined : catalog.find(['SCHEMA'], record.database, null, record.schema),
    record.database === null ? undefined : catalog.find(['DATABASE'], null, null, record.database),
  ];
  for (const level of levels) {
    const value = level?.tags?.[tag.id];
    if (level !== undefined && value !== undefined) return { value, level };
  }
  return null;
}

/** 394507 */
function requireAllowed(tag: RecordedObject, value: string): void {
  const allowed = allowedValues(tag);
  if (allowed === null || allowed.includes(value)) return;
  throw compilationError(
    '394507',
    '22023',
    `The value '${value}' is not one of the allowed values of tag '${formatName(tag)}'.`,
  );
}
