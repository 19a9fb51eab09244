import type { Rule } from '../../rule.ts';

export const fileName: Rule = {
  id: 'naming/file-name',
  severity: 'warning',
  finds: 'a file name whose words are not lower case with underscores between them',
  why: 'The history of a database shows file names only: the same style everywhere lets people search for what happened. File systems that ignore case take two names that differ in case for one.',
  remedy: 'Name it in lower case with underscores, before it is applied anywhere.',
  bad: [
    {
      'V1__AddLoyalty.sql':
        'ALTER TABLE SILVER.DIM_CUSTOMER ADD COLUMN IF NOT EXISTS TIER VARCHAR(20); -- <--',
    },
    {
      'R__gold-margin.sql':
        'CREATE OR REPLACE VIEW GOLD.MARGIN AS SELECT SKU FROM SILVER.DIM_PRODUCT; -- <--',
    },
  ],
  good: [
    { 'V1__add_loyalty.sql': 'ALTER TABLE SILVER.DIM_CUSTOMER ADD COLUMN IF NOT EXISTS TIER VARCHAR(20);' },
    { 'R__gold_margin.sql': 'CREATE OR REPLACE VIEW GOLD.MARGIN AS SELECT SKU FROM SILVER.DIM_PRODUCT;' },
  ],
  file(file, lint) {
    const words = file.name.slice(file.name.indexOf('__') + 2);
    if (!/^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(words))
      lint.reportFile(file, `"${words}" is not lower case with underscores`);
  },
};
