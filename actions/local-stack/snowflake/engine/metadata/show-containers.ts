import { instant, text } from '../dml/rows-relation.ts';
import type { DatabaseRecord, SchemaRecord } from '../objects.ts';
import { constant, inPlace, type Listing, listing, ofAccount, yn } from './listing.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show-databases */
const databases = listing<DatabaseRecord>(
  (session, _place, history) => {
    const dropped = history ? session.engine.catalog.list('DATABASE', { dropped: true }) : [];
    return [...ofAccount('DATABASE')(session), ...dropped];
  },
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    is_default: constant('N'),
    is_current: [text, (one, session) => yn(one.name === session.database)],
    origin: constant(''),
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    options: [text, optionsOf],
    retention_time: [text, (one) => String(one.retentionDays ?? 1)],
    kind: constant('STANDARD'),
    budget: constant(null),
    owner_role_type: constant('ROLE'),
  },
  { kind: () => 'STANDARD', history: true },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-schemas */
const schemas = listing<SchemaRecord>(
  (session, { database }, history) =>
    inPlace('SCHEMA')(session, database === undefined ? {} : { database }, history),
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    is_default: constant('N'),
    is_current: [
      text,
      (one, session) => yn(one.name === session.schema && one.database === session.database),
    ],
    database_name: [text, (one) => one.database],
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    options: [text, optionsOf],
    retention_time: [text, (one) => String(one.retentionDays ?? 1)],
    owner_role_type: constant('ROLE'),
    budget: constant(null),
  },
  { kind: () => null, history: true },
);

export const containerListings: Record<string, Listing> = { DATABASES: databases, SCHEMAS: schemas };

function optionsOf(one: DatabaseRecord | SchemaRecord): string {
  const managed = one.kind === 'SCHEMA' && one.managedAccess === true;
  return [...(one.transient ? ['TRANSIENT'] : []), ...(managed ? ['MANAGED ACCESS'] : [])].join(', ');
}
