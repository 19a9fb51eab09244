import type { CatalogRecord, RecordKind } from '../objects.ts';

/** Kinds that are named alone, kinds that are named within a database; the others within a schema. */
const IN_ACCOUNT: readonly RecordKind[] = [
  'DATABASE',
  'WAREHOUSE',
  'ROLE',
  'USER',
  'INTEGRATION',
  'RESOURCE MONITOR',
  'NETWORK POLICY',
];
const IN_DATABASE: readonly RecordKind[] = ['SCHEMA', 'DATABASE ROLE'];
const IN_SCHEMA: readonly RecordKind[] = [
  'TABLE',
  'VIEW',
  'STREAM',
  'TASK',
  'STAGE',
  'PIPE',
  'SEQUENCE',
  'FILE FORMAT',
  'FUNCTION',
  'PROCEDURE',
  'TAG',
  'MASKING POLICY',
  'ROW ACCESS POLICY',
  'NETWORK RULE',
  'PASSWORD POLICY',
  'SESSION POLICY',
  'AUTHENTICATION POLICY',
  'SECRET',
  'ALERT',
];

/** Where objects of a kind live. */
export function levelOf(kind: RecordKind): 'account' | 'database' | 'schema' {
  if (IN_ACCOUNT.includes(kind)) return 'account';
  return IN_DATABASE.includes(kind) ? 'database' : 'schema';
}

/** What the catalog keeps an object as that a statement names by its type: a dynamic or external table is a TABLE. */
export function recordKind(type: string): RecordKind | undefined {
  switch (type) {
    case 'DYNAMIC TABLE':
    case 'EXTERNAL TABLE':
      return 'TABLE';
    case 'MATERIALIZED VIEW':
      return 'VIEW';
    default:
      if (type.endsWith(' INTEGRATION')) return 'INTEGRATION';
      return [...IN_ACCOUNT, ...IN_DATABASE, ...IN_SCHEMA].find((kind) => kind === type);
  }
}

/** The type by which statements name an object. */
export function typeName(record: CatalogRecord): string {
  if (record.kind === 'TABLE' && record.dynamic !== undefined) return 'DYNAMIC TABLE';
  if (record.kind === 'TABLE' && record.external !== undefined) return 'EXTERNAL TABLE';
  if (record.kind === 'VIEW' && record.materialized) return 'MATERIALIZED VIEW';
  return record.kind;
}

/** `FILE FORMATS` is FILE FORMAT, `MASKING POLICIES` is MASKING POLICY. */
export function singular(words: string): string {
  return words.endsWith('IES') ? `${words.slice(0, -3)}Y` : words.replace(/S$/, '');
}

/** `Masking policy`, as messages name a kind. */
export function titleOf(type: string): string {
  return type.charAt(0) + type.slice(1).toLowerCase();
}
