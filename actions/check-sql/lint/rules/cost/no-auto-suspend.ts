import { numberOf, propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const noAutoSuspend: Rule = {
  id: 'cost/no-auto-suspend',
  severity: 'error',
  finds: 'a warehouse that does not suspend itself soon',
  why: 'It is paid for by the second while it does nothing: a forgotten one costs as much as a busy one.',
  remedy: 'Write AUTO_SUSPEND = 60.',
  options: {
    seconds: { is: 600, means: 'The longest time that a warehouse may wait; the default of Snowflake.' },
  },
  bad: [
    'CREATE WAREHOUSE IF NOT EXISTS {{ warehouse }} WAREHOUSE_SIZE = XSMALL; -- <--',
    'ALTER WAREHOUSE {{ warehouse }} SET AUTO_SUSPEND = 0; -- <--',
  ],
  good: ['CREATE WAREHOUSE IF NOT EXISTS {{ warehouse }} WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60;'],
  statement(statement, lint) {
    const { tree } = statement;
    if ((tree.kind !== 'createObject' && tree.kind !== 'alterObject') || tree.type !== 'WAREHOUSE') return;
    const isCreated = tree.kind === 'createObject';
    const properties = isCreated ? tree.properties : tree.action.kind === 'set' ? tree.action.properties : [];
    const value = propertyOf(properties, 'AUTO_SUSPEND');
    const seconds = numberOf(value);
    if (
      value === undefined ? isCreated : seconds === null || seconds === 0 || seconds > lint.number('seconds')
    )
      lint.report(statement, value ?? tree, 'it waits, and is paid for, too long');
  },
};
