import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { type Cell, columns, rowsRelation, text } from '../dml/rows-relation.ts';
import { formatName } from '../names.ts';
import { placeOf } from '../objects/find-named.ts';
import { recordKind, titleOf, typeName } from '../objects/object-kind.ts';
import { inheritedTag, tagNamed } from '../objects/tag.ts';
import type { CatalogRecord, RecordedObject, TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';

/** SYSTEM$GET_TAG(tag, object, domain): the value, its own or inherited; NULL where it is not set. Source: its page. */
export function tagValue(tagName: string, name: string, domain: string, session: Session): string | null {
  const tag = tagNamed(tagName, session);
  const { record, column } = tagged(name, domain, session);
  const own = column?.tags?.[tag.id];
  return own ?? inheritedTag(tag, record, session)?.value ?? null;
}

const header = columns({
  TAG_DATABASE: text,
  TAG_SCHEMA: text,
  TAG_NAME: text,
  TAG_VALUE: text,
  APPLY_METHOD: text,
  LEVEL: text,
  OBJECT_DATABASE: text,
  OBJECT_SCHEMA: text,
  OBJECT_NAME: text,
  DOMAIN: text,
  COLUMN_NAME: text,
});

/** INFORMATION_SCHEMA.TAG_REFERENCES(object, domain): the tags of one object or column, inherited ones too. */
export function tagReferences(args: Bound[], named: Map<string, Bound>, session: Session): RelationSource {
  const name = constant(args[0] ?? named.get('OBJECT_NAME'));
  const domain = constant(args[1] ?? named.get('OBJECT_DOMAIN'));
  const { record, column } = tagged(name, domain, session);
  return rowsRelation(header, referencesTo(record, column ?? null, session));
}

/** INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS(table, 'TABLE'): the tags of every column. */
export function columnTagReferences(
  args: Bound[],
  named: Map<string, Bound>,
  session: Session,
): RelationSource {
  const name = constant(args[0] ?? named.get('OBJECT_NAME'));
  const { record } = tagged(name, 'TABLE', session);
  const relation = record as TableRecord | ViewRecord;
  return rowsRelation(
    header,
    relation.columns.flatMap((column) => referencesTo(record, column, session)),
  );
}

type TaggedColumn = (TableRecord | ViewRecord)['columns'][number];

function referencesTo(record: CatalogRecord, column: TaggedColumn | null, session: Session): Cell[][] {
  const tags = session.engine.catalog.list('TAG') as RecordedObject[];
  return tags.flatMap((tag): Cell[][] => {
    const own = column?.tags?.[tag.id];
    const inherited = own === undefined ? inheritedTag(tag, record, session) : null;
    if (own === undefined && inherited === null) return [];
    const level = own !== undefined ? 'COLUMN' : inherited!.level.kind;
    return [
      [
        tag.database,
        tag.schema,
        tag.name,
        own ?? inherited!.value,
        level === (column === null ? record.kind : 'COLUMN') ? 'MANUAL' : 'INHERITED',
        level,
        record.database,
        record.schema,
        record.name,
        column === null ? typeName(record) : 'COLUMN',
        column?.name ?? null,
      ],
    ];
  });
}

/** The object, or the column of one, by name and domain. A view counts as a table. */
function tagged(
  name: string,
  domain: string,
  session: Session,
): { record: CatalogRecord; column?: TaggedColumn } {
  const parts = parseObjectName(name).map((part) => part.name);
  const type = domain.toUpperCase();
  const { catalog } = session.engine;
  if (type === 'COLUMN' || type === 'TABLE' || type === 'VIEW') {
    const place = placeOf('TABLE', type === 'COLUMN' ? parts.slice(0, -1) : parts, session);
    const record = catalog.find(['TABLE', 'VIEW'], place.database, place.schema, place.name, session.id);
    if (record === undefined) throw doesNotExist('Table', formatName(place));
    if (type !== 'COLUMN') return { record };
    const column = record.columns.find((one) => one.name === parts.at(-1));
    if (column === undefined) throw doesNotExist('Column', name);
    return { record, column };
  }
  const kind = recordKind(type);
  if (kind === undefined) throw notSupportedHere(`tags of the domain ${domain}`);
  const place = placeOf(kind, parts, session);
  const record = catalog.find([kind], place.database, place.schema, place.name, session.id);
  if (record === undefined) throw doesNotExist(titleOf(type), formatName(place));
  return { record };
}

function constant(bound: Bound | undefined): string {
  return String(bound?.constant ?? '');
}
