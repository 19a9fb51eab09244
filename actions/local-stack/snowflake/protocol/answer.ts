import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../shared/sql/types.ts';
import { isText } from '../engine/parameters.ts';
import { rowCount, type StatementResult, statementTypes } from '../engine/result.ts';
import type { Session } from '../engine/session.ts';

/** Every answer's envelope. */
export interface Answer {
  success: boolean;
  code: string | null;
  message: string | null;
  data: unknown;
}

export function success(data: unknown, code: string | null = null): Answer {
  return { success: true, code, message: null, data };
}

/** An error as the drivers read it; a defect of the server keeps its text to itself. */
export function failure(error: unknown, queryId: string | null = null): Answer {
  if (!(error instanceof SnowflakeError)) {
    return {
      success: false,
      code: '000603',
      message: 'SQL execution internal error: see the log of the local Snowflake.',
      data: { errorCode: '000603', sqlState: 'XX000', queryId },
    };
  }
  return {
    success: false,
    code: error.code,
    message: error.message,
    data: {
      errorCode: error.code,
      sqlState: error.sqlState,
      queryId,
      line: error.position?.line ?? -1,
      pos: error.position?.column ?? -1,
      type: error.message.startsWith('SQL compilation error') ? 'COMPILATION' : null,
      internalError: false,
      age: 0,
    },
  };
}

/** What stands for a result that was not compiled: of a statement or of several. */
export interface AnswerFacts {
  queryId: string;
  /** Where the server listens: chunks are fetched from there. */
  url: string;
  binds: number;
}

/**
 * A statement's result as the drivers read it: a JSON row set with its row type; the rest of a large one is in chunks
 * with an address each, which takes no token, as with an account's presigned URLs.
 */
export function resultAnswer(result: StatementResult, session: Session, facts: AnswerFacts): Answer {
  const total = rowCount(result);
  return success({
    parameters: sessionParameters(session),
    rowtype: result.columns.map(rowType),
    rowset: result.rows,
    total,
    returned: total,
    queryId: facts.queryId,
    databaseProvider: null,
    finalDatabaseName: session.database,
    finalSchemaName: session.schema,
    finalWarehouseName: session.warehouse,
    finalRoleName: session.role,
    numberOfBinds: facts.binds,
    arrayBindSupported: result.type === 'INSERT',
    statementTypeId: statementTypes[result.type],
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: 'json',
    ...(result.chunks === undefined
      ? {}
      : {
          chunks: result.chunks.map((chunk, index) => ({
            url: `${facts.url}/results/${facts.queryId}/${index + 1}?key=${result.chunkKey}`,
            rowCount: chunk.rows,
            uncompressedSize: chunk.uncompressedSize,
            compressedSize: chunk.compressedSize,
          })),
          chunkHeaders: {},
          qrmk: null,
        }),
    ...result.transfer,
  });
}

/** The session's parameters, typed: the drivers test for `true`. */
export function sessionParameters(session: Session): { name: string; value: string | number | boolean }[] {
  return [...session.parameters].map(([name, value]) => ({
    name,
    value: isText(name) ? value : typed(value),
  }));
}

function typed(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value;
}

function rowType(column: Column): Record<string, unknown> {
  const { type } = column;
  const base = {
    name: column.name,
    nullable: column.nullable,
    byteLength: null,
    length: null,
    precision: null,
    scale: null,
  };
  switch (type.name) {
    case 'NUMBER':
      return { ...base, type: 'fixed', precision: type.precision, scale: type.scale };
    case 'FLOAT':
      return { ...base, type: 'real' };
    case 'VARCHAR':
      return {
        ...base,
        type: 'text',
        length: type.length,
        byteLength: Math.min(type.length * 4, 16_777_216),
      };
    case 'NULL':
      return { ...base, type: 'text', length: 0, byteLength: 0 };
    case 'BINARY':
      return { ...base, type: 'binary', length: type.length, byteLength: type.length };
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return { ...base, type: type.name.toLowerCase(), precision: 0, scale: type.scale };
    default:
      return { ...base, type: type.name.toLowerCase() };
  }
}
