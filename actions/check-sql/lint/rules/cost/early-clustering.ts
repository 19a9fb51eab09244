import type { Rule } from '../../rule.ts';

export const earlyClustering: Rule = {
  id: 'cost/early-clustering',
  severity: 'warning',
  finds: 'CLUSTER BY on a table when it is created',
  why: 'Below about a terabyte the table is pruned well enough by the order of loading, and reclustering is paid for at every change.',
  remedy:
    'Wait until queries of the grown table prune badly (SYSTEM$CLUSTERING_INFORMATION), then ALTER TABLE … CLUSTER BY.',
  bad: [
    'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0), COUNTRY VARCHAR(2))\n  CLUSTER BY (COUNTRY); -- <--',
  ],
  good: [
    'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0), COUNTRY VARCHAR(2));',
    'ALTER TABLE SILVER.FACT_SALE CLUSTER BY (ORDERED_AT);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    const first = tree.kind === 'createTable' ? tree.clusterBy[0] : undefined;
    if (first !== undefined) lint.report(statement, first, 'nothing is known of its size yet');
  },
};
