import type { Rule } from '../../rule.ts';

export const dynamicSql: Rule = {
  id: 'security/dynamic-sql',
  severity: 'warning',
  finds: 'EXECUTE IMMEDIATE of a text that is put together with ||',
  why: 'A value with a quote in it becomes SQL, with the rights of the owner. And nothing that reads the SQL, this check among them, sees what runs.',
  remedy: 'Bind values with USING, names with IDENTIFIER(…).',
  bad: ["EXECUTE IMMEDIATE 'DELETE FROM SILVER.T WHERE NAME = ''' || $name || ''''; -- <--"],
  good: [
    "EXECUTE IMMEDIATE 'DELETE FROM SILVER.T WHERE NAME = ?' USING (NAME);",
    "EXECUTE IMMEDIATE 'SELECT 1';",
  ],
  statement(statement, lint) {
    for (const { source } of statement.nodes.of('executeImmediate'))
      if (source.kind === 'binary' && source.operator === '||')
        lint.report(statement, source, 'a value in it may become SQL');
  },
};
