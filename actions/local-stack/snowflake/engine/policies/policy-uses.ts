import type { MaskingUse, RowAccessUse, TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';

/** Where a policy is set: on a relation as a whole (a row access policy), or on a column (a masking policy). */
interface PolicyUse {
  policyId: number;
  relation: TableRecord | ViewRecord;
  /** null for a row access policy */
  column: string | null;
  /** The columns of its arguments. */
  arguments: string[];
}

/** Every use of one policy, or of any. */
export function policyUses(policyId: number | null, session: Session): PolicyUse[] {
  const { catalog } = session.engine;
  return [...catalog.list('TABLE'), ...catalog.list('VIEW')]
    .flatMap(usesIn)
    .filter((use) => policyId === null || use.policyId === policyId);
}

function usesIn(relation: TableRecord | ViewRecord): PolicyUse[] {
  const columns = relation.columns.flatMap((column): PolicyUse[] => {
    const use: MaskingUse | undefined = column.maskingPolicy;
    if (use === undefined) return [];
    return [{ policyId: use.id, relation, column: column.name, arguments: use.using }];
  });
  const rows: RowAccessUse | undefined = relation.rowAccessPolicy;
  if (rows === undefined) return columns;
  return [...columns, { policyId: rows.id, relation, column: null, arguments: rows.on }];
}
