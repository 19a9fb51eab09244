import type { MigrationStatement } from './migration-files.ts';

// What a statement means for the run of a migration, told by its first words: the text may be more than our own
// grammar knows.

/** INSERT, UPDATE, DELETE, MERGE: what a transaction can take back. */
export function isDml({ text }: MigrationStatement): boolean {
  return /^(?:INSERT|UPDATE|DELETE|MERGE)\b/i.test(text);
}

/**
 * What the session is like afterwards: the same; in another schema; or told something (a role, a variable, a
 * parameter, a temporary object) that the next migration must not see.
 */
export function sessionEffect({ text }: MigrationStatement): 'none' | 'schema' | 'state' {
  if (/^(?:CREATE\s+(?:OR\s+\w+\s+)?(?:TRANSIENT\s+)?|DROP\s+|UNDROP\s+)(?:DATABASE|SCHEMA)\b/i.test(text))
    return 'schema';
  const plain =
    /^(?:CREATE(?!\s+(?:OR\s+REPLACE\s+)?(?:(?:LOCAL|GLOBAL)\s+)?(?:TEMP|TEMPORARY|VOLATILE)\b)|ALTER(?!\s+SESSION\b)|DROP|UNDROP|COMMENT|GRANT|REVOKE|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|SELECT|WITH|SHOW|DESC|DESCRIBE|EXECUTE\s+TASK)\b/i;
  return plain.test(text) ? 'none' : 'state';
}

/** Statements that tell the session something and change nothing else: they are told again when a run resumes. */
export function setsSession({ text }: MigrationStatement): boolean {
  return /^(?:USE|SET|UNSET|ALTER\s+SESSION)\b/i.test(text);
}

/** Statements after which tasks run. */
export function startsTasks({ text }: MigrationStatement): boolean {
  return /^(?:ALTER\s+TASK\b[\s\S]*\bRESUME\s*$|EXECUTE\s+TASK\b|SELECT\s+SYSTEM\$TASK_DEPENDENTS_ENABLE\b)/i.test(
    text,
  );
}

/** BEGIN or START TRANSACTION, not the BEGIN of a block. */
export function beginsTransaction({ text }: MigrationStatement): boolean {
  return /^(?:BEGIN(?:\s+(?:TRANSACTION|WORK|NAME)\b|\s*$)|START\s+TRANSACTION\b)/i.test(text);
}

/** The BEGIN of a transaction that no COMMIT or ROLLBACK ends. */
export function unfinishedTransaction(
  statements: readonly MigrationStatement[],
): MigrationStatement | undefined {
  return transactionAround(statements, statements.length + 1);
}

/** The BEGIN of the explicit transaction in which statement `number` would run. */
export function transactionAround(
  statements: readonly MigrationStatement[],
  number: number,
): MigrationStatement | undefined {
  let open: MigrationStatement | undefined;
  for (const statement of statements.slice(0, number - 1)) {
    if (beginsTransaction(statement)) open ??= statement;
    else if (/^(?:COMMIT|ROLLBACK)\b/i.test(statement.text)) open = undefined;
    // DDL commits the transaction that is open.
    else if (/^(?:CREATE|ALTER|DROP|UNDROP|GRANT|REVOKE|COMMENT)\b/i.test(statement.text)) open = undefined;
  }
  return open;
}
