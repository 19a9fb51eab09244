import { instant, text } from '../dml/rows-relation.ts';
import { BUILT_IN_ROLES, grantedRole, inheritedRoles, roleGrants } from '../objects/roles.ts';
import type { CatalogRecord, GrantRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { yesNo } from './information-relations.ts';
import { constant, type Listing, listing, type Place } from './listing.ts';

interface PrivilegeItem {
  name: string;
  grant: GrantRecord;
  record: CatalogRecord;
}

function privilegeItems(session: Session, { database }: Place): PrivilegeItem[] {
  return session.engine.catalog.list('GRANT').flatMap((grant) => {
    const { objectId } = grant.on;
    const record = objectId === null ? undefined : session.engine.catalog.get(objectId);
    if (grant.future || record === undefined || record.droppedAt !== null) return [];
    const holder = record.kind === 'DATABASE' ? record.name : record.database;
    return holder === database ? [{ name: record.name, grant, record }] : [];
  });
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/object_privileges */
const objectPrivileges = listing<PrivilegeItem>(privilegeItems, {
  GRANTOR: [text, ({ grant }) => grant.owner],
  GRANTEE: [text, ({ grant }) => grant.to.name],
  OBJECT_CATALOG: [text, ({ record }) => (record.kind === 'DATABASE' ? record.name : record.database)],
  OBJECT_SCHEMA: [text, ({ record }) => (record.kind === 'SCHEMA' ? record.name : record.schema)],
  OBJECT_NAME: [text, ({ record }) => record.name],
  OBJECT_TYPE: [text, ({ grant }) => grant.on.type],
  PRIVILEGE_TYPE: [text, ({ grant }) => grant.privilege],
  IS_GRANTABLE: [text, ({ grant }) => yesNo(grant.grantOption)],
  CREATED: [instant, ({ grant }) => grant.createdAt],
});

/** https://docs.snowflake.com/en/sql-reference/info-schema/table_privileges */
const tablePrivileges = listing<PrivilegeItem>(
  (session, place) =>
    privilegeItems(session, place).filter(({ record }) => record.kind === 'TABLE' || record.kind === 'VIEW'),
  {
    GRANTOR: [text, ({ grant }) => grant.owner],
    GRANTEE: [text, ({ grant }) => grant.to.name],
    TABLE_CATALOG: [text, ({ record }) => record.database],
    TABLE_SCHEMA: [text, ({ record }) => record.schema],
    TABLE_NAME: [text, ({ record }) => record.name],
    PRIVILEGE_TYPE: [text, ({ grant }) => grant.privilege],
    IS_GRANTABLE: [text, ({ grant }) => yesNo(grant.grantOption)],
    WITH_HIERARCHY: constant('YES'),
    CREATED: [instant, ({ grant }) => grant.createdAt],
  },
);

/** https://docs.snowflake.com/en/sql-reference/info-schema/enabled_roles */
const enabledRoles = listing<{ name: string }>(
  (session) => [...inheritedRoles(session.role, session)].sort().map((name) => ({ name })),
  {
    ROLE_NAME: [text, (one) => one.name],
    ROLE_OWNER: [
      text,
      (one, { engine }) =>
        BUILT_IN_ROLES.includes(one.name)
          ? ''
          : (engine.catalog.find(['ROLE'], null, null, one.name)?.owner ?? ''),
    ],
  },
);

/** https://docs.snowflake.com/en/sql-reference/info-schema/applicable_roles */
const applicableRoles = listing<{ name: string; grant: GrantRecord }>(
  (session) =>
    roleGrants(session)
      .filter(({ to }) => to.name === session.user || inheritedRoles(session.role, session).has(to.name))
      .map((grant) => ({ name: grantedRole(grant, session), grant })),
  {
    GRANTEE: [text, ({ grant }) => grant.to.name],
    ROLE_NAME: [text, (one) => one.name],
    ROLE_OWNER: [text, ({ grant }) => grant.owner],
    IS_GRANTABLE: [text, ({ grant }) => yesNo(grant.grantOption)],
  },
);

export const informationPrivileges: Record<string, Listing> = {
  OBJECT_PRIVILEGES: objectPrivileges,
  TABLE_PRIVILEGES: tablePrivileges,
  ENABLED_ROLES: enabledRoles,
  APPLICABLE_ROLES: applicableRoles,
};
