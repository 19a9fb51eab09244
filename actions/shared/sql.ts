// The parser of Snowflake's SQL, which migrate and check-sql share with the local Snowflake. It is pure: text in,
// tree out.
export { SnowflakeError } from '../local-stack/snowflake/errors.ts';
export type { Query, Statement } from '../local-stack/snowflake/sql/ast.ts';
export { parseStatement } from '../local-stack/snowflake/sql/parse.ts';
export { splitStatements } from '../local-stack/snowflake/sql/split.ts';
export { walk } from '../local-stack/snowflake/sql/walk.ts';
