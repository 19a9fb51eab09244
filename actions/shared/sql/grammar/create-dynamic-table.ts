import type { CreateDynamicClone, CreateView } from '../ast.ts';
import type { CreateHead } from './create.ts';
import { parseClone } from './create-container.ts';
import { parseCreateView } from './create-view.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/create-dynamic-table: by a query, or CLONE. */
export function parseCreateDynamicTable(r: Reader, head: CreateHead): CreateView | CreateDynamicClone {
  const name = parseObjectName(r);
  const clone = parseClone(r);
  if (clone === null) return parseCreateView(r, head, { dynamicTable: name });
  const { start, modifiers, ...flags } = head;
  const { comment, copyGrants, properties } = parseClauses(r);
  return {
    kind: 'createDynamicClone',
    ...flags,
    transient: modifiers.has('TRANSIENT'),
    name,
    ...clone,
    copyGrants,
    comment,
    properties,
    ...r.range(start),
  };
}
