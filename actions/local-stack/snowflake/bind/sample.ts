import type { Sample } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { RelationSource } from './bound.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';

type Relation = Extract<RelationSource, { kind: 'relation' }>;

/** `SAMPLE (10)`, `SAMPLE BERNOULLI (10 ROWS)`, `… SEED (1)`. Which rows are drawn differs from Snowflake's draw. */
export function sampled(source: Relation, sample: Sample | null, scope: Scope): Relation {
  if (sample === null) return source;
  const amount = constantNumber(sample.amount, scope);
  const limit = sample.rows ? 1_000_000 : 100;
  if (amount < 0 || amount > limit) {
    throw notSupportedHere(`a sample of ${amount}, outside 0 to ${limit}`, sample.start);
  }
  const seed = sample.seed === null ? '' : ` REPEATABLE (${constantNumber(sample.seed, scope)})`;
  const method = sample.rows ? 'reservoir' : sample.method.toLowerCase();
  const size = sample.rows ? `${amount} ROWS` : `${amount} PERCENT`;
  return { ...source, sql: `(SELECT * FROM ${source.sql} AS r0 TABLESAMPLE ${method}(${size})${seed})` };
}

function constantNumber(node: Sample['amount'], scope: Scope): number {
  const { constant } = bindExpression(node, scope);
  const number = Number(constant);
  if (constant === undefined || constant === null || Number.isNaN(number)) {
    throw notSupportedHere('a sample size that is not a constant', node.start);
  }
  return number;
}
