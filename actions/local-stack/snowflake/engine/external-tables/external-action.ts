import type { AlterTable } from '../../../../shared/sql/ast.ts';
import {
  compilationError,
  notSupportedHere,
  unsupportedFeature,
} from '../../../../shared/sql/snowflake-error.ts';
import { isGovernance } from '../policies/alter-governance.ts';
import { VALUE_COLUMN } from './external-columns.ts';

const KNOWN = [
  'rename',
  'addColumns',
  'renameColumn',
  'dropColumns',
  'setTag',
  'unsetTag',
  'addRowAccessPolicy',
  'dropRowAccessPolicy',
  'dropAllRowAccessPolicies',
];

/**
 * What ALTER TABLE may do to an external table: its computed columns come and go, VALUE stays.
 * Source: docs.snowflake.com, ALTER TABLE, "External table column actions".
 * @throws SnowflakeError for anything else
 */
export function requireExternalAction({ action, start }: AlterTable): void {
  const governs =
    action.kind === 'alterColumns' && action.changes.every(({ change }) => isGovernance(change));
  if (!governs && !KNOWN.includes(action.kind))
    throw notSupportedHere(`ALTER TABLE ${action.kind} of an external table`, start);
  if (action.kind === 'addColumns') {
    const plain = action.columns.find((column) => column.computed === null);
    if (plain !== undefined)
      throw compilationError(
        '001003',
        '42000',
        `column '${plain.name.name}' of an external table needs AS (expression).`,
        plain.start,
      );
  }
  const changed =
    action.kind === 'dropColumns' ? action.columns : action.kind === 'renameColumn' ? [action.from] : [];
  const value = changed.find(({ name }) => name === VALUE_COLUMN.name);
  if (value !== undefined)
    throw unsupportedFeature('DROP or RENAME of column VALUE of an External Table', value.start);
}
