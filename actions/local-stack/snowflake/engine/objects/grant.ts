import type { Grant } from '../../../../shared/sql/ast.ts';
import {
  compilationError,
  doesNotExist,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { formatName, nameParts } from '../names.ts';
import type { CatalogRecord, GrantRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { requireNamed } from './find-named.ts';
import { levelOf, recordKind, singular, typeName } from './object-kind.ts';
import { allPrivileges, isGrantable, isPrivilegeOf } from './privileges.ts';
import { BUILT_IN_ROLES, inheritedRoles } from './roles.ts';

/** One thing to grant on: an object, the account (record null), or what will be created in a container. */
interface Target {
  type: string;
  record: CatalogRecord | null;
  name: string;
  future: boolean;
}

/**
 * GRANT and REVOKE: recorded and shown, and what policies ask for by IS_ROLE_IN_SESSION. The local server has one
 * user who may do everything, so privileges are not checked. What a statement names must exist.
 * Source: docs.snowflake.com, GRANT <privileges>, GRANT ROLE, GRANT OWNERSHIP, REVOKE.
 */
export async function grant(statement: Grant, session: Session, run: Run): Promise<StatementResult> {
  const to = granteeOf(statement, session, run);
  const targets =
    statement.role === null ? targetsOf(statement, session, run) : [roleTarget(statement, session)];
  if (statement.role !== null && statement.to.type === 'ROLE' && !statement.revoke)
    requireNoCycle(targets[0]!.name, to.name, session);
  await session.define(async (transaction) => {
    for (const target of targets) {
      const privileges = statement.role === null ? privilegesOn(statement, target) : ['USAGE'];
      for (const privilege of privileges) {
        if (privilege === 'OWNERSHIP' && !target.future)
          await moveOwnership(target.record!, to.name, statement, session, transaction);
        else if (statement.revoke) await revokeFrom(target, privilege, to, session, transaction);
        else await grantTo(target, privilege, to, statement.grantOption, session, run, transaction);
      }
    }
  });
  return statusResult('Statement executed successfully.');
}

/** Gives what future grants say to the objects that a transaction has created. */
export async function giveFutureGrants(transaction: Transaction, session: Session): Promise<void> {
  const future = session.engine.catalog.list('GRANT').filter((one) => one.future);
  if (future.length === 0) return;
  for (const record of transaction.created()) {
    if (record.kind === 'GRANT') continue;
    // Those of the schema take the place of those of the database.
    const inPlace = future.filter(
      (one) => one.on.type === typeName(record) && isContainer(one, record, session),
    );
    const ofSchema = inPlace.filter((one) => isSchema(one, session));
    for (const one of ofSchema.length > 0 ? ofSchema : inPlace) {
      if (one.privilege === 'OWNERSHIP') await transaction.save({ ...record, owner: one.to.name });
      else
        await transaction.save({
          ...one,
          id: session.engine.catalog.nextId(),
          createdAt: record.createdAt,
          on: { ...one.on, objectId: record.id, objectName: record.name },
          future: false,
        });
    }
  }
}

/** Copies the grants of a replaced object to the one that takes its place: COPY GRANTS. */
export async function copyGrants(
  from: CatalogRecord,
  to: CatalogRecord,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  for (const one of grantsOn(from.id, session))
    await transaction.save({
      ...one,
      id: session.engine.catalog.nextId(),
      on: { ...one.on, objectId: to.id },
    });
}

/** Grants of privileges on an object. */
export function grantsOn(objectId: number, session: Pick<Session, 'engine'>): GrantRecord[] {
  return session.engine.catalog.list('GRANT').filter((one) => !one.future && one.on.objectId === objectId);
}

function isContainer(one: GrantRecord, record: CatalogRecord, session: Session): boolean {
  const container = one.on.objectId === null ? undefined : session.engine.catalog.get(one.on.objectId);
  if (container?.kind === 'DATABASE') return container.name === record.database;
  return (
    container?.kind === 'SCHEMA' && container.database === record.database && container.name === record.schema
  );
}

function isSchema(one: GrantRecord, session: Session): boolean {
  return one.on.objectId !== null && session.engine.catalog.get(one.on.objectId)?.kind === 'SCHEMA';
}

function granteeOf({ to }: Grant, session: Session, run: Run): GrantRecord['to'] {
  const parts = nameParts(to.name, session, run);
  const name = parts.at(-1)!;
  if (to.type === 'SHARE') throw notSupportedHere('grants to a share', to.name.start);
  const isBuiltIn =
    (to.type === 'ROLE' && BUILT_IN_ROLES.includes(name)) || (to.type === 'USER' && name === session.user);
  if (!isBuiltIn) requireNamed(to.type, to.name, session, run);
  return { type: to.type, name: to.type === 'DATABASE ROLE' ? databaseRole(parts, session) : name };
}

function databaseRole(parts: string[], session: Session): string {
  return [parts.at(-2) ?? session.database, parts.at(-1)].join('.');
}

function roleTarget(statement: Grant, session: Session): Target {
  const type = statement.privileges[0]!;
  const parts = statement.role!.map((part) => part.name);
  const name = parts.at(-1)!;
  const position = statement.role![0]!.start;
  const { catalog } = session.engine;
  const record =
    type === 'ROLE'
      ? catalog.find(['ROLE'], null, null, name)
      : catalog.find(['DATABASE ROLE'], parts.at(-2) ?? session.database, null, name);
  if (record === undefined && !(type === 'ROLE' && BUILT_IN_ROLES.includes(name)))
    throw doesNotExist(type === 'ROLE' ? 'Role' : 'Database role', parts.join('.'), position);
  return { type, record: record ?? null, name, future: false };
}

/** 003018: a role cannot have itself, by whatever way. */
function requireNoCycle(granted: string, to: string, session: Session): void {
  if (granted !== to && !inheritedRoles(granted, session).has(to)) return;
  throw new SnowflakeError(
    '003018',
    '42501',
    `SQL execution error: Role '${to}' cannot be granted role '${granted}': it would have itself.`,
  );
}

/** What ON names: an object, the account, all or the future objects of a kind in a container. */
function targetsOf(statement: Grant, session: Session, run: Run): Target[] {
  const { type, name, argumentTypes } = statement.on!;
  if (name === null) return [{ type: 'ACCOUNT', record: null, name: '', future: false }];
  const many = /^(ALL|FUTURE) (.+) IN (SCHEMA|DATABASE)$/.exec(type);
  if (many === null) {
    // The shared database that every account has.
    const [database] = nameParts(name, session, run);
    if (type === 'DATABASE' && database === 'SNOWFLAKE')
      return [{ type, record: null, name: database, future: false }];
    if (!isGrantable(type)) throw notSupportedHere(`GRANT … ON ${type}`, name.start);
    const record = requireNamed(type, name, session, run, argumentTypes);
    return [{ type: typeName(record), record, name: record.name, future: false }];
  }
  const [, which, plural, container] = many;
  const wanted = singular(plural!);
  if (!isGrantable(wanted) || recordKind(wanted) === undefined)
    throw notSupportedHere(`GRANT … ON ${type}`, name.start);
  const holder = requireNamed(container!, name, session, run);
  if (which === 'FUTURE') return [{ type: wanted, record: holder, name: holder.name, future: true }];
  const inside =
    holder.kind === 'DATABASE'
      ? session.engine.catalog.contents(holder.name, null)
      : session.engine.catalog.contents(holder.database!, holder.name);
  return inside
    .filter((record) => typeName(record) === wanted)
    .map((record) => ({ type: wanted, record, name: record.name, future: false }));
}

function privilegesOn(statement: Grant, target: Target): readonly string[] {
  return statement.privileges.flatMap((privilege) => {
    if (privilege === 'ALL PRIVILEGES') return allPrivileges(target.type);
    if (!isPrivilegeOf(target.type, privilege))
      throw compilationError(
        '003008',
        '42601',
        `Privilege ${privilege} cannot be granted on ${target.type}.`,
        statement.start,
      );
    return [privilege];
  });
}

async function grantTo(
  target: Target,
  privilege: string,
  to: GrantRecord['to'],
  grantOption: boolean,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  const [existing] = matching(target, privilege, to, session);
  if (existing !== undefined && existing.grantOption === grantOption) return;
  await transaction.save({
    kind: 'GRANT',
    id: existing?.id ?? session.engine.catalog.nextId(),
    name: '',
    database: null,
    schema: null,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: '',
    privilege,
    on: { type: target.type, objectId: target.record?.id ?? null, objectName: target.name },
    future: target.future,
    to,
    grantOption,
  });
}

async function revokeFrom(
  target: Target,
  privilege: string,
  to: GrantRecord['to'],
  session: Session,
  transaction: Transaction,
): Promise<void> {
  for (const one of matching(target, privilege, to, session)) await transaction.forget(one.id);
}

function matching(target: Target, privilege: string, to: GrantRecord['to'], session: Session): GrantRecord[] {
  return session.engine.catalog
    .list('GRANT')
    .filter(
      (one) =>
        one.privilege === privilege &&
        one.future === target.future &&
        one.on.type === target.type &&
        one.on.objectId === (target.record?.id ?? null) &&
        one.on.objectName === target.name &&
        one.to.type === to.type &&
        one.to.name === to.name,
    );
}

/** GRANT OWNERSHIP: grants that others have must be copied or revoked by the statement. */
async function moveOwnership(
  record: CatalogRecord,
  owner: string,
  statement: Grant,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  if (statement.revoke)
    throw new SnowflakeError(
      '003007',
      '42501',
      'SQL compilation error:\nOwnership cannot be revoked, only granted to another role.',
    );
  const dependent = grantsOn(record.id, session);
  const current = statement.ownership?.currentGrants ?? null;
  if (dependent.length > 0 && current === null) {
    const { privilege, to } = dependent[0]!;
    throw new SnowflakeError(
      '003037',
      '42501',
      `SQL execution error: Dependent grant of privilege '${privilege}' on securable '${formatName(record)}' to ${to.type.toLowerCase()} '${to.name}' exists. It must be revoked first.`,
    );
  }
  if (current === 'REVOKE') for (const one of dependent) await transaction.forget(one.id);
  await transaction.save({ ...record, owner });
}

/** How SHOW GRANTS names what a grant is on; undefined when it is dropped. */
export function grantedOnName(one: GrantRecord, session: Session): string | undefined {
  const { objectId, objectName, type } = one.on;
  if (type === 'ACCOUNT') return session.engine.options.account ?? 'LOCAL';
  if (objectId === null) return objectName;
  const record = session.engine.catalog.get(objectId);
  if (record === undefined || record.droppedAt !== null) return undefined;
  return levelOf(record.kind) === 'account' ? record.name : formatName(record);
}
