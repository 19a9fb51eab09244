import type { ObjectName } from '../../../../shared/sql/ast.ts';
import type { Rule } from '../../rule.ts';

const CREATES = new Set([
  'createTable',
  'createExternalTable',
  'createView',
  'createStream',
  'createTask',
  'createPipe',
  'createRoutine',
]);
const IN_SCHEMA = new Set([
  'STAGE',
  'FILE FORMAT',
  'SEQUENCE',
  'TAG',
  'MASKING POLICY',
  'ROW ACCESS POLICY',
  'SECRET',
]);

export const unqualifiedName: Rule = {
  id: 'portability/unqualified-name',
  severity: 'warning',
  finds: 'an object without its schema',
  why: 'It is made in, or read from, whatever schema the session happens to be in: another one in production than on a laptop, another one after a statement is put before it.',
  remedy: 'Write SCHEMA.NAME.',
  bad: [
    'CREATE TABLE IF NOT EXISTS DIM_STORE (STORE_ID NUMBER(10,0)); -- <--',
    'CREATE OR REPLACE VIEW GOLD.STORES AS\nSELECT STORE_ID\nFROM DIM_STORE; -- <--',
    'INSERT INTO REGION (CODE) VALUES (1); -- <--',
    'ALTER TASK MERGE_STORE RESUME; -- <--',
  ],
  good: [
    'CREATE OR REPLACE VIEW GOLD.STORES AS\nWITH open AS (SELECT STORE_ID FROM SILVER.DIM_STORE)\nSELECT STORE_ID FROM open;',
    'CREATE TEMPORARY TABLE SCRATCH (ID INT);\nINSERT INTO SCRATCH (ID) VALUES (1);',
    'USE SCHEMA SILVER;\nALTER TASK MERGE_STORE RESUME;',
  ],
  statement(statement, lint) {
    const { tree, nodes, file } = statement;
    // The file says where it is; that this is no good idea either is portability/use-statement's matter.
    const before = file.statements.slice(0, file.statements.indexOf(statement));
    if (before.some(({ tree: other }) => other.kind === 'use' && other.type === 'SCHEMA')) return;
    const hidden = new Set(nodes.of('query').flatMap((query) => query.with.map(({ name }) => name.name)));
    for (const { tree: other } of before)
      if (other.kind === 'createTable' && other.lifetime === 'TEMPORARY' && other.name.kind === 'name')
        hidden.add(other.name.parts.at(-1)?.name ?? '');
    const names: (ObjectName | null)[] = nodes.of('table').map(({ name }) => name);
    for (const kind of ['insert', 'update', 'delete', 'merge', 'truncate', 'copyIntoTable'] as const)
      names.push(...nodes.of(kind).map(({ target }) => target));
    const isTemporary = tree.kind === 'createTable' && tree.lifetime === 'TEMPORARY';
    if (CREATES.has(tree.kind) && 'name' in tree && !isTemporary) names.push(tree.name as ObjectName);
    if (tree.kind === 'createObject' && IN_SCHEMA.has(tree.type) && !tree.temporary) names.push(tree.name);
    if (tree.kind === 'createStream') names.push(tree.source);
    if (tree.kind === 'createTask') names.push(...tree.after);
    if (tree.kind === 'alterTable' || tree.kind === 'alterTask' || tree.kind === 'alterPipe')
      names.push(tree.name);
    if (tree.kind === 'drop' && /TABLE|VIEW|STREAM|TASK|PIPE|STAGE/.test(tree.type)) names.push(tree.name);
    for (const name of names) {
      if (name?.kind !== 'name' || name.parts.length > 1) continue;
      const text = name.parts[0]?.name ?? '';
      if (!hidden.has(text)) lint.report(statement, name, `${text} has no schema`);
    }
  },
};
