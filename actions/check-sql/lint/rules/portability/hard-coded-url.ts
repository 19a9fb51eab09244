import { hasVariable } from '../../placeholders.ts';
import type { Rule } from '../../rule.ts';

export const hardCodedUrl: Rule = {
  id: 'portability/hard-coded-url',
  severity: 'error',
  finds: 'the address of a bucket',
  why: 'A test environment with this migration loads the files of production, or the other way round.',
  remedy: "Use a template variable: URL = '{{ lake_url }}'.",
  bad: [
    "CREATE STAGE IF NOT EXISTS BRONZE.LAKE\n  URL = 's3://acme-prod-lake/' -- <--\n  STORAGE_INTEGRATION = {{ storage_integration }};",
  ],
  good: [
    "CREATE STAGE IF NOT EXISTS BRONZE.LAKE URL = '{{ lake_url }}' STORAGE_INTEGRATION = {{ storage_integration }};",
  ],
  statement(statement, lint) {
    const isAddress = (text: string): boolean =>
      /^(?:s3|s3gov|gcs|azure):\/\//i.test(text) && !hasVariable(text);
    for (const { name, value, ...place } of statement.nodes.all('property'))
      if (name === 'URL' && value.kind === 'string' && isAddress(value.value))
        lint.report(statement, place, 'the address of the bucket is written out');
    for (const location of statement.nodes.of('url'))
      if (isAddress(location.url))
        lint.report(statement, location, 'the address of the bucket is written out');
  },
};
