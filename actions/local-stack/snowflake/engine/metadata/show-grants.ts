import type { Show } from '../../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, text } from '../dml/rows-relation.ts';
import { formatName, nameParts } from '../names.ts';
import { requireNamed } from '../objects/find-named.ts';
import { grantedOnName, grantsOn } from '../objects/grant.ts';
import { levelOf, typeName } from '../objects/object-kind.ts';
import { BUILT_IN_ROLES, grantedRole, roleGrants } from '../objects/roles.ts';
import type { CatalogRecord, GrantRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';

interface Shown {
  columns: Column[];
  rows: Cell[][];
}

const privilegeHeader = columns({
  created_on: instant,
  privilege: text,
  granted_on: text,
  name: text,
  granted_to: text,
  grantee_name: text,
  grant_option: text,
  granted_by: text,
});
const roleHeader = columns({
  created_on: instant,
  role: text,
  granted_to: text,
  grantee_name: text,
  granted_by: text,
});
const futureHeader = columns({
  created_on: instant,
  privilege: text,
  grant_on: text,
  name: text,
  grant_to: text,
  grantee_name: text,
  grant_option: text,
});

/** SHOW GRANTS ON | TO | OF, SHOW FUTURE GRANTS IN | TO. Source: docs.snowflake.com, SHOW GRANTS. */
export function showGrants(statement: Show, session: Session, run: Run): Shown {
  if (statement.type === 'FUTURE GRANTS') return futureGrants(statement, session, run);
  if (statement.type !== 'GRANTS') throw notSupportedHere(`SHOW ${statement.type}`, statement.start);
  const { grants } = statement;
  if (grants === null) return grantsToUser(session.user, session);
  const parts = grants.name === null ? [] : nameParts(grants.name, session, run);
  const name = parts.at(-1) ?? '';
  switch (grants.relation) {
    case 'ON':
      return grantsOnObject(grants, session, run);
    case 'OF': {
      requireRole(grants, session, run);
      const rows = roleGrants(session)
        .filter((one) => grantedRole(one, session) === name)
        .map((one) => [one.createdAt, name, one.to.type, one.to.name, one.owner]);
      return { columns: roleHeader, rows };
    }
    case 'TO':
      if (grants.type === 'USER') {
        if (name !== session.user) requireNamed('USER', grants.name!, session, run);
        return grantsToUser(name, session);
      }
      if (grants.type === 'SHARE') throw notSupportedHere('SHOW GRANTS TO SHARE', statement.start);
      requireRole(grants, session, run);
      return grantsToRole(grants.type, name, session);
  }
}

function requireRole(grants: NonNullable<Show['grants']>, session: Session, run: Run): void {
  const parts = nameParts(grants.name!, session, run);
  if (grants.type === 'ROLE' && BUILT_IN_ROLES.includes(parts.at(-1)!)) return;
  requireNamed(grants.type, grants.name!, session, run);
}

/** The owner's OWNERSHIP, then what was granted. */
function grantsOnObject(grants: NonNullable<Show['grants']>, session: Session, run: Run): Shown {
  if (grants.name === null) {
    const rows = session.engine.catalog
      .list('GRANT')
      .filter((one) => one.on.type === 'ACCOUNT')
      .map((one) => privilegeRow(one, session));
    return { columns: privilegeHeader, rows };
  }
  const record = requireNamed(grants.type, grants.name, session, run);
  return {
    columns: privilegeHeader,
    rows: [
      ownership(record),
      ...sorted(grantsOn(record.id, session)).map((one) => privilegeRow(one, session)),
    ],
  };
}

function grantsToRole(type: string, name: string, session: Session): Shown {
  const { catalog } = session.engine;
  const granted = catalog
    .list('GRANT')
    .filter((one) => !one.future && one.to.type === type && lastPart(one.to.name) === name)
    .filter((one) => grantedOnName(one, session) !== undefined);
  const owned = ownedBy(name, session);
  return {
    columns: privilegeHeader,
    rows: [...sorted(granted).map((one) => privilegeRow(one, session)), ...owned.map(ownership)],
  };
}

/** `DB.ROLE` of a database role is shown by ROLE. */
function lastPart(name: string): string {
  return name.split('.').at(-1)!;
}

function ownedBy(role: string, session: Session): CatalogRecord[] {
  const { catalog } = session.engine;
  const kinds = ['DATABASE', 'SCHEMA', 'TABLE', 'VIEW', 'STAGE', 'TASK', 'WAREHOUSE', 'ROLE'] as const;
  return kinds.flatMap((kind) => (catalog.list(kind) as CatalogRecord[]).filter((one) => one.owner === role));
}

function grantsToUser(user: string, session: Session): Shown {
  const rows = roleGrants(session)
    .filter((one) => one.to.type === 'USER' && one.to.name === user)
    .map((one) => [one.createdAt, grantedRole(one, session), 'USER', user, one.owner]);
  return { columns: roleHeader, rows };
}

function futureGrants(statement: Show, session: Session, run: Run): Shown {
  const grants = session.engine.catalog.list('GRANT').filter((one) => one.future);
  const { in: within, grants: to } = statement;
  let found = grants;
  if (within?.name != null) {
    const container = requireNamed(within.type ?? 'SCHEMA', within.name, session, run);
    found = grants.filter((one) => one.on.objectId === container.id);
  } else if (to?.relation === 'TO' && to.name !== null) {
    const name = nameParts(to.name, session, run).at(-1);
    found = grants.filter((one) => one.to.name === name);
  } else throw notSupportedHere('SHOW FUTURE GRANTS without IN or TO', statement.start);
  const rows = sorted(found).map((one): Cell[] => {
    const container = session.engine.catalog.get(one.on.objectId!);
    const place = container === undefined ? '' : formatName(container);
    return [
      one.createdAt,
      one.privilege,
      underscored(one.on.type),
      `${place}.<${one.on.type}>`,
      one.to.type,
      one.to.name,
      String(one.grantOption),
    ];
  });
  return { columns: futureHeader, rows };
}

function sorted(grants: GrantRecord[]): GrantRecord[] {
  return grants.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ privilege, on, to }: GrantRecord): string {
  return [on.type, on.objectName, privilege, to.name].join('\u0000');
}

function privilegeRow(one: GrantRecord, session: Session): Cell[] {
  return [
    one.createdAt,
    one.privilege,
    underscored(one.on.type),
    grantedOnName(one, session) ?? one.on.objectName,
    one.to.type.replaceAll(' ', '_'),
    one.to.name,
    String(one.grantOption),
    one.owner,
  ];
}

function ownership(record: CatalogRecord): Cell[] {
  const name = levelOf(record.kind) === 'account' ? record.name : formatName(record);
  return [
    record.createdAt,
    'OWNERSHIP',
    underscored(typeName(record)),
    name,
    'ROLE',
    record.owner,
    'true',
    record.owner,
  ];
}

function underscored(type: string): string {
  return type.replaceAll(' ', '_');
}
