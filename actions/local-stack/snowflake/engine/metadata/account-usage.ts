import type { Position } from '../../../../shared/sql/position.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { integer } from '../dml/rows-relation.ts';
import { queryHistory } from '../engine-table-functions.ts';
import type { FullName } from '../names.ts';
import type { Session } from '../session.ts';
import { taskHistoryRelation } from '../tasks/task-history.ts';

/** As many rows as the functions behind the views give. */
const MOST = 10_000;

/**
 * `SNOWFLAKE.ACCOUNT_USAGE.<view>`: here without delay, since the server started. Source: docs.snowflake.com,
 * "Account Usage". @throws SnowflakeError 999001 for views that the local server does not keep
 */
export function accountUsageRelation(name: FullName, session: Session, position: Position): RelationSource {
  const limit: Bound = { sql: String(MOST), type: integer, constant: MOST };
  const named = new Map([['RESULT_LIMIT', limit]]);
  if (name.schema === 'ACCOUNT_USAGE' && name.name === 'QUERY_HISTORY')
    return queryHistory(named, session, () => true);
  if (name.schema === 'ACCOUNT_USAGE' && name.name === 'TASK_HISTORY')
    return taskHistoryRelation(session.engine, named, () => null);
  throw notSupportedHere(`${name.database}.${name.schema}.${name.name}`, position);
}
