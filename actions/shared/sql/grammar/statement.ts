import type { Statement } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseAlter } from './alter.ts';
import { parseCopy } from './copy.ts';
import { parseCreate } from './create.ts';
import { parseDelete, parseInsert, parseTruncate, parseUpdate } from './dml.ts';
import { parseDrop, parseUndrop } from './drop.ts';
import { parseCallProcedure, parseExecute } from './execute.ts';
import { parseGrant } from './grant.ts';
import { parseMerge } from './merge.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseBlock, startsBlock } from './script.ts';
import {
  parseCommentOn,
  parseExplain,
  parseSetVariable,
  parseTransaction,
  parseUnsetVariable,
  parseUse,
} from './session.ts';
import { parseDescribe, parseShow } from './show.ts';
import { parseGet, parseListOrRemove, parsePut } from './stage-files.ts';

/** One statement, without the semicolon after it. */
export function parseStatementAt(r: Reader): Statement {
  const { start, kind, value } = r.token;
  if (value === 'WITH' && r.follows(3, 'PROCEDURE')) throw notSupportedHere('WITH … AS PROCEDURE', start);
  if (startsQuery(r)) return { kind: 'select', query: parseQuery(r), ...r.range(start) };
  if (kind !== 'word') throw r.unexpected();
  const rule = rules[value];
  if (rule !== undefined) return r.nested(() => rule(r));
  if (elsewhere.has(value)) throw notSupportedHere(`the statement ${value}`, start);
  throw r.unexpected();
}

const rules: Record<string, (r: Reader) => Statement> = {
  ALTER: parseAlter,
  BEGIN: (r) => (startsBlock(r) ? parseBlock(r) : parseTransaction(r)),
  CALL: parseCallProcedure,
  COMMENT: parseCommentOn,
  COMMIT: parseTransaction,
  COPY: parseCopy,
  CREATE: parseCreate,
  DECLARE: parseBlock,
  DELETE: parseDelete,
  DESC: parseDescribe,
  DESCRIBE: parseDescribe,
  DROP: parseDrop,
  EXECUTE: parseExecute,
  EXPLAIN: (r) => parseExplain(r, parseStatementAt),
  GET: parseGet,
  GRANT: parseGrant,
  INSERT: parseInsert,
  LIST: parseListOrRemove,
  LS: parseListOrRemove,
  MERGE: parseMerge,
  PUT: parsePut,
  REMOVE: parseListOrRemove,
  REVOKE: parseGrant,
  RM: parseListOrRemove,
  ROLLBACK: parseTransaction,
  SET: parseSetVariable,
  SHOW: parseShow,
  START: parseTransaction,
  TRUNCATE: parseTruncate,
  UNDROP: parseUndrop,
  UNSET: parseUnsetVariable,
  UPDATE: parseUpdate,
  USE: parseUse,
};

/** First words of statements that Snowflake knows and the tree does not. */
const elsewhere = new Set(['DEFINE', 'VALUES']);
