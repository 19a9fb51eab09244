import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import { formatName } from '../names.ts';
import type { ExternalTable, StageRecord, TableRecord } from '../objects.ts';

export type ExternalRecord = TableRecord & { external: ExternalTable };

export function isExternal(record: TableRecord): record is ExternalRecord {
  return record.external !== undefined;
}

/**
 * The stage of an external table.
 * @throws SnowflakeError when it was dropped or replaced: the table has to be made again. Source: docs.snowflake.com,
 * CREATE STAGE, "recreating a stage breaks the association with external tables".
 */
export function stageOf(table: ExternalRecord, engine: Engine): StageRecord {
  const stage = engine.catalog.get(table.external.stageId);
  if (stage?.kind === 'STAGE' && stage.droppedAt === null) return stage;
  throw compilationError(
    '002003',
    '02000',
    `Stage '${table.external.stageName}' of external table '${formatName(table)}' does not exist or not authorized: it was dropped or replaced. Run CREATE OR REPLACE EXTERNAL TABLE.`,
  );
}
