import type { Rule } from './rule.ts';
import { force } from './rules/copy/force.ts';
import { noFileFormat } from './rules/copy/no-file-format.ts';
import { noFileName } from './rules/copy/no-file-name.ts';
import { noOnError } from './rules/copy/no-on-error.ts';
import { pipeAbort } from './rules/copy/pipe-abort.ts';
import { positionalColumns } from './rules/copy/positional-columns.ts';
import { purge } from './rules/copy/purge.ts';
import { sameLocation } from './rules/copy/same-location.ts';
import { selectStar as copySelectStar } from './rules/copy/select-star.ts';
import { truncatesText } from './rules/copy/truncates-text.ts';
import { earlyClustering } from './rules/cost/early-clustering.ts';
import { frequentScan } from './rules/cost/frequent-scan.ts';
import { largeWarehouse } from './rules/cost/large-warehouse.ts';
import { noAutoSuspend } from './rules/cost/no-auto-suspend.ts';
import { shortLag } from './rules/cost/short-lag.ts';
import { standardStream } from './rules/cost/standard-stream.ts';
import { drop } from './rules/destructive/drop.ts';
import { dropColumn } from './rules/destructive/drop-column.ts';
import { insertOverwrite } from './rules/destructive/insert-overwrite.ts';
import { narrowType } from './rules/destructive/narrow-type.ts';
import { noWhere } from './rules/destructive/no-where.ts';
import { rename } from './rules/destructive/rename.ts';
import { replacePipe } from './rules/destructive/replace-pipe.ts';
import { replaceStage } from './rules/destructive/replace-stage.ts';
import { replaceStream } from './rules/destructive/replace-stream.ts';
import { replaceTable } from './rules/destructive/replace-table.ts';
import { truncate } from './rules/destructive/truncate.ts';
import { alterColumnIfExists } from './rules/idempotence/alter-column-if-exists.ts';
import { createIfNotExists } from './rules/idempotence/create-if-not-exists.ts';
import { definedTwice } from './rules/idempotence/defined-twice.ts';
import { dropIfExists } from './rules/idempotence/drop-if-exists.ts';
import { repeatableData } from './rules/idempotence/repeatable-data.ts';
import { repeatableReplaces } from './rules/idempotence/repeatable-replaces.ts';
import { constantCondition } from './rules/merge/constant-condition.ts';
import { duplicateSource } from './rules/merge/duplicate-source.ts';
import { noDelete } from './rules/merge/no-delete.ts';
import { nondeterministic } from './rules/merge/nondeterministic.ts';
import { positionalInsert } from './rules/merge/positional-insert.ts';
import { updatesKey } from './rules/merge/updates-key.ts';
import { fileName } from './rules/naming/file-name.ts';
import { numberWidth } from './rules/naming/number-width.ts';
import { quotedName } from './rules/naming/quoted-name.ts';
import { typeAsColumn } from './rules/naming/type-as-column.ts';
import { currentTime } from './rules/portability/current-time.ts';
import { hardCodedDatabase } from './rules/portability/hard-coded-database.ts';
import { hardCodedUrl } from './rules/portability/hard-coded-url.ts';
import { hardCodedWarehouse } from './rules/portability/hard-coded-warehouse.ts';
import { unqualifiedName } from './rules/portability/unqualified-name.ts';
import { useStatement } from './rules/portability/use-statement.ts';
import { accountAdmin } from './rules/security/account-admin.ts';
import { dynamicSql } from './rules/security/dynamic-sql.ts';
import { grantAll } from './rules/security/grant-all.ts';
import { grantOption } from './rules/security/grant-option.ts';
import { grantPublic } from './rules/security/grant-public.ts';
import { grantsLost } from './rules/security/grants-lost.ts';
import { policyDropped } from './rules/security/policy-dropped.ts';
import { policyLost } from './rules/security/policy-lost.ts';
import { secretLiteral } from './rules/security/secret-literal.ts';
import { stageCredentials } from './rules/security/stage-credentials.ts';
import { consumedByMigration } from './rules/streams/consumed-by-migration.ts';
import { ignoresDeletes } from './rules/streams/ignores-deletes.ts';
import { selectStar as streamsSelectStar } from './rules/streams/select-star.ts';
import { shortRetention } from './rules/streams/short-retention.ts';
import { tableReplaced } from './rules/streams/table-replaced.ts';
import { twoConsumers } from './rules/streams/two-consumers.ts';
import { unused } from './rules/streams/unused.ts';
import { droppedPredecessor } from './rules/tasks/dropped-predecessor.ts';
import { localTime } from './rules/tasks/local-time.ts';
import { neverResumed } from './rules/tasks/never-resumed.ts';
import { noErrorHandling } from './rules/tasks/no-error-handling.ts';
import { noSchedule } from './rules/tasks/no-schedule.ts';
import { noTimeout } from './rules/tasks/no-timeout.ts';
import { noWhen } from './rules/tasks/no-when.ts';
import { rootResumedFirst } from './rules/tasks/root-resumed-first.ts';
import { scheduleOnChild } from './rules/tasks/schedule-on-child.ts';
import { bareTimestamp } from './rules/types/bare-timestamp.ts';
import { moneyFloat } from './rules/types/money-float.ts';
import { moneyPrecision } from './rules/types/money-precision.ts';
import { notNullAdded } from './rules/types/not-null-added.ts';
import { setNotNull } from './rules/types/set-not-null.ts';
import { textDate } from './rules/types/text-date.ts';
import { crossJoin } from './rules/views/cross-join.ts';
import { noComment } from './rules/views/no-comment.ts';
import { orderBy } from './rules/views/order-by.ts';
import { readsBronze } from './rules/views/reads-bronze.ts';
import { selectStar as viewsSelectStar } from './rules/views/select-star.ts';
import { unnamedColumn } from './rules/views/unnamed-column.ts';

/** Every rule, by group. */
export const RULES: readonly Rule[] = [
  fileName,
  numberWidth,
  quotedName,
  typeAsColumn,
  dropColumn,
  drop,
  insertOverwrite,
  narrowType,
  noWhere,
  rename,
  replacePipe,
  replaceStage,
  replaceStream,
  replaceTable,
  truncate,
  alterColumnIfExists,
  createIfNotExists,
  definedTwice,
  dropIfExists,
  repeatableData,
  repeatableReplaces,
  currentTime,
  hardCodedDatabase,
  hardCodedUrl,
  hardCodedWarehouse,
  unqualifiedName,
  useStatement,
  droppedPredecessor,
  localTime,
  neverResumed,
  noErrorHandling,
  noSchedule,
  noTimeout,
  noWhen,
  rootResumedFirst,
  scheduleOnChild,
  consumedByMigration,
  ignoresDeletes,
  streamsSelectStar,
  shortRetention,
  tableReplaced,
  twoConsumers,
  unused,
  force,
  noFileFormat,
  noFileName,
  noOnError,
  pipeAbort,
  positionalColumns,
  purge,
  sameLocation,
  copySelectStar,
  truncatesText,
  constantCondition,
  duplicateSource,
  noDelete,
  nondeterministic,
  positionalInsert,
  updatesKey,
  bareTimestamp,
  moneyFloat,
  moneyPrecision,
  notNullAdded,
  setNotNull,
  textDate,
  crossJoin,
  noComment,
  orderBy,
  readsBronze,
  viewsSelectStar,
  unnamedColumn,
  accountAdmin,
  dynamicSql,
  grantAll,
  grantOption,
  grantPublic,
  grantsLost,
  policyDropped,
  policyLost,
  secretLiteral,
  stageCredentials,
  earlyClustering,
  frequentScan,
  largeWarehouse,
  noAutoSuspend,
  shortLag,
  standardStream,
];
