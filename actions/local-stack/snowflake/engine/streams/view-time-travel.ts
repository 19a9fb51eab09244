import type { TableReference } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { bindQuery } from '../../bind/query.ts';
import { type BindPreparation, createBindContext } from '../bind-context.ts';
import type { TableRecord, ViewRecord } from '../objects.ts';
import { governed } from '../policies/governed.ts';
import type { Run, Session } from '../session.ts';
import { changesRelation } from '../tables/changes.ts';
import { changeTrackingMissing, type Relation } from '../tables/storage.ts';
import { checkedVersion, currentVersion, pointVersion } from '../tables/time-travel.ts';
import { type Bounds, viewBranches, viewChanges } from './stream-on-view.ts';

/** A view in FROM with AT or BEFORE (its query over its tables as they were), or with CHANGES. Source: docs.snowflake.com, AT | BEFORE, CHANGES. */
export function viewThen(
  view: ViewRecord,
  reference: TableReference,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): Relation {
  const { changes, timeTravel } = reference;
  const context = createBindContext(session, run, preparation);
  const inView = context.within(view.database!, view.schema!);
  if (changes === null) {
    const then = {
      ...inView,
      relation: (inner: TableReference) =>
        inView.relation({ ...inner, timeTravel: inner.timeTravel ?? timeTravel }),
    };
    const { sql } = bindQuery(parseQueryText(view.queryText), then, { source: view.queryText });
    const columns = view.columns.map((column, index) => ({ ...column, sql: `c${index + 1}` }));
    return governed(view, { kind: 'relation', sql: `(${sql})`, columns }, session, context);
  }
  if (timeTravel === null) throw notSupportedHere('CHANGES without AT or BEFORE', reference.start);
  const mode = changes.information === 'DEFAULT' ? 'DEFAULT' : 'APPEND_ONLY';
  const boundsOf = (table: TableRecord): Bounds => {
    if (!table.changeTracking) throw changeTrackingMissing(table);
    const from = pointVersion(timeTravel, table, session, run, preparation);
    const upTo =
      changes.end === null
        ? String(currentVersion(table, session, preparation))
        : pointVersion(changes.end, table, session, run, preparation);
    return { from: checkedVersion(from, table, session), upTo };
  };
  const changesOf = (table: TableRecord, { from, upTo }: Bounds): Relation =>
    governed(table, changesRelation(table, mode, from, upTo), session, context);
  const branches = viewBranches(view, session, run);
  return viewChanges(view, branches, mode, boundsOf, changesOf, session, run, context);
}
