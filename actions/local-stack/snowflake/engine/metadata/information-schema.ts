import type { Position } from '../../../../shared/sql/position.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { RelationSource } from '../../bind/bound.ts';
import { loadHistoryRelation } from '../copy/copy-history.ts';
import { rowsRelation } from '../dml/rows-relation.ts';
import { type FullName, formatName } from '../names.ts';
import { informationRoutines } from '../routines/show-functions.ts';
import type { Session } from '../session.ts';
import { informationExternalTables } from './external-tables.ts';
import { informationObjects } from './information-objects.ts';
import { informationPrivileges } from './information-privileges.ts';
import { informationRelations } from './information-relations.ts';
import type { Listing } from './listing.ts';

/** `db.INFORMATION_SCHEMA.<view>`: what the database holds now. Source: documentation pages of the views. */
export function informationSchemaRelation(
  name: FullName,
  session: Session,
  position: Position,
): RelationSource {
  if (session.engine.catalog.find(['DATABASE'], null, null, name.database) === undefined) {
    throw doesNotExist('Database', name.database, position);
  }
  if (name.name === 'LOAD_HISTORY') return loadHistoryRelation(session, name.database, session.engine.now());
  const view = views[name.name];
  if (view !== undefined) {
    const rows = view.rows(session, { database: name.database }, false);
    return rowsRelation(
      view.columns,
      rows.map(({ row }) => row),
    );
  }
  if (elsewhere.includes(name.name)) throw notSupportedHere(`INFORMATION_SCHEMA.${name.name}`, position);
  throw doesNotExist('Object', formatName(name), position);
}

const views: Record<string, Listing> = {
  ...informationRelations,
  ...informationObjects,
  EXTERNAL_TABLES: informationExternalTables,
  ...informationPrivileges,
  ...informationRoutines,
};

/** Documented views that the local server has nothing for. */
const elsewhere = [
  'APPLICATION_CONFIGURATIONS',
  'APPLICATION_SPECIFICATIONS',
  'BACKUP_POLICIES',
  'BACKUP_SETS',
  'BACKUPS',
  'CLASS_INSTANCES',
  'CLASSES',
  'CORTEX_SEARCH_SERVICES',
  'CURRENT_PACKAGES_POLICY',
  'ELEMENT_TYPES',
  'EVENT_TABLES',
  'FIELDS',
  'GIT_REPOSITORIES',
  'HYBRID_TABLES',
  'INDEXES',
  'INDEX_COLUMNS',
  'MODEL_VERSIONS',
  'NOTEBOOKS',
  'PACKAGES',
  'REPLICATION_DATABASES',
  'REPLICATION_GROUPS',
  'SERVICES',
  'SHARES',
  'STREAMLITS',
  'TABLE_STORAGE_METRICS',
  'TYPES',
];
