import type { Rule } from '../../rule.ts';

export const stageCredentials: Rule = {
  id: 'security/stage-credentials',
  severity: 'error',
  finds: 'CREDENTIALS in a stage or a COPY',
  why: 'Keys in SQL are in the repository, in the query history and in every log, and nobody rotates them.',
  remedy: 'Use STORAGE_INTEGRATION = {{ storage_integration }}.',
  bad: [
    "CREATE STAGE IF NOT EXISTS BRONZE.LAKE URL = '{{ lake_url }}'\n  CREDENTIALS = (AWS_KEY_ID = '{{ key }}' AWS_SECRET_KEY = '{{ secret }}'); -- <--",
  ],
  good: [
    "CREATE STAGE IF NOT EXISTS BRONZE.LAKE URL = '{{ lake_url }}' STORAGE_INTEGRATION = {{ storage_integration }};",
  ],
  statement(statement, lint) {
    for (const property of statement.nodes.all('property'))
      if (property.name === 'CREDENTIALS') lint.report(statement, property, 'keys do not belong in SQL');
  },
};
