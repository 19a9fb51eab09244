import type { GrantRecord } from '../objects.ts';
import type { Session } from '../session.ts';

/** Roles that every account has. Source: docs.snowflake.com, "Overview of Access Control", System-defined roles. */
export const BUILT_IN_ROLES = [
  'ACCOUNTADMIN',
  'SECURITYADMIN',
  'SYSADMIN',
  'USERADMIN',
  'PUBLIC',
  'ORGADMIN',
];

/** What the system-defined roles inherit: ACCOUNTADMIN both admins, SECURITYADMIN the user admin. */
const BUILT_IN_CHILDREN: Record<string, string[]> = {
  ACCOUNTADMIN: ['SECURITYADMIN', 'SYSADMIN'],
  SECURITYADMIN: ['USERADMIN'],
};

/** A role's own name and those of all roles that it has by grants, PUBLIC included. */
export function inheritedRoles(role: string, session: Pick<Session, 'engine'>): Set<string> {
  const grants = roleGrants(session);
  const found = new Set<string>();
  const pending = [role, 'PUBLIC'];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    pending.push(...(BUILT_IN_CHILDREN[name] ?? []));
    for (const grant of grants)
      if (grant.to.type === 'ROLE' && grant.to.name === name) pending.push(grantedRole(grant, session));
  }
  return found;
}

/** Grants of account roles to roles and users. */
export function roleGrants(session: Pick<Session, 'engine'>): GrantRecord[] {
  return session.engine.catalog.list('GRANT').filter((grant) => grant.on.type === 'ROLE');
}

/** The name that a granted role has now. */
export function grantedRole(grant: GrantRecord, { engine }: Pick<Session, 'engine'>): string {
  const { objectId, objectName } = grant.on;
  return (objectId === null ? undefined : engine.catalog.get(objectId)?.name) ?? objectName;
}
