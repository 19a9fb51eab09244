import type { AlterTableAction } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseMaskingPolicy } from './column-definition.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseComment } from './object-clauses.ts';
import type { Reader } from './reader.ts';

type ColumnChange = Extract<AlterTableAction, { kind: 'alterColumns' }>['changes'][number];

/**
 * What follows ALTER or MODIFY: `[(] [COLUMN] name change, … [)]`.
 * https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
 */
export function parseAlterColumns(r: Reader): AlterTableAction {
  const enclosed = r.skipSymbol('(');
  const changes = r.list(() => parseChange(r));
  if (enclosed) r.expectSymbol(')');
  return { kind: 'alterColumns', changes };
}

function parseChange(r: Reader): ColumnChange {
  r.skipWords('COLUMN');
  const column = r.identifier();
  return { column, change: parseColumnChange(r) };
}

function parseColumnChange(r: Reader): ColumnChange['change'] {
  if (r.skipWords('DROP')) {
    if (r.skipWords('DEFAULT')) return { kind: 'dropDefault' };
    r.expectWords('NOT', 'NULL');
    return { kind: 'dropNotNull' };
  }
  if (r.skipWords('UNSET')) {
    if (r.skipWords('COMMENT')) return { kind: 'unsetComment' };
    refuse(r);
    r.expectWords('MASKING', 'POLICY');
    return { kind: 'unsetMaskingPolicy' };
  }
  if (r.isWord('COMMENT')) return { kind: 'comment', text: parseComment(r) };
  const set = r.skipWords('SET');
  if (r.skipWords('NOT', 'NULL')) return { kind: 'setNotNull' };
  if (set) {
    if (r.skipWords('DEFAULT')) return { kind: 'setDefault', value: parseExpression(r) };
    refuse(r);
    if (r.skipWords('MASKING', 'POLICY')) {
      const policy = parseMaskingPolicy(r);
      // FORCE replaces a policy that is set; the engine replaces one in any case.
      r.skipWords('FORCE');
      return { kind: 'setMaskingPolicy', ...policy };
    }
    r.expectWords('DATA');
    r.expectWords('TYPE');
  } else if (r.skipWords('DATA')) r.expectWords('TYPE');
  else r.skipWords('TYPE');
  return { kind: 'type', type: parseType(r) };
}

function refuse(r: Reader): void {
  if (r.isWord('TAG')) throw notSupportedHere("tags of a table's column by ALTER", r.token.start);
  if (r.isWord('PROJECTION')) throw notSupportedHere('PROJECTION POLICY', r.token.start);
}
