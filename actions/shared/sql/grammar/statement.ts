import type { Statement } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseAlter } from './alter.ts';
import { parseCopy } from './copy.ts';
import { parseCreate } from './create.ts';
import { parseDelete, parseInsert, parseTruncate, parseUpdate } from './dml.ts';
import { parseDrop, parseUndrop } from './drop.ts';
import { parseElsewhere } from './elsewhere.ts';
import { parseCallProcedure, parseCallWith, parseExecute } from './execute.ts';
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
  if (kind === 'word' && value === 'WITH' && r.follows(3, 'PROCEDURE'))
    return r.nested(() => parseCallWith(r));
  if (startsQuery(r)) return { kind: 'select', query: parseQuery(r), ...r.range(start) };
  if (kind !== 'word') throw r.unexpected();
  const elsewhere = parseElsewhere(r);
  if (elsewhere !== null) return elsewhere;
  const rule = rules[value];
  if (rule !== undefined) return r.nested(() => rule(r));
  if (value === 'VALUES') throw notSupportedHere('the statement VALUES', start);
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
