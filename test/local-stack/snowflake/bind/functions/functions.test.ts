import { beforeAll, describe, expect, it } from 'vitest';
import { allFunctions } from '../../../../../actions/local-stack/snowflake/bind/functions/registry.ts';
import { number, VARCHAR, VARIANT } from '../../../../../actions/local-stack/snowflake/bind/literal.ts';
import { type BinderBench, openBinderBench } from '../../../../support/binder.ts';
import { AGGREGATES, CONTEXT, WINDOWS } from './aggregates.cases.ts';
import type { FunctionCase, FunctionGroup } from './case.ts';
import { CONDITIONAL } from './conditional.cases.ts';
import { CONVERSION } from './conversion.cases.ts';
import { DATES } from './dates.cases.ts';
import { NUMBERS } from './numbers.cases.ts';
import { SEMI_STRUCTURED } from './semi-structured.cases.ts';
import { REGEXP, STRINGS } from './strings.cases.ts';

const GROUPS: Record<string, FunctionGroup> = {
  conditional: CONDITIONAL,
  numeric: NUMBERS,
  string: STRINGS,
  regexp: REGEXP,
  date: DATES,
  conversion: CONVERSION,
  'semi-structured': SEMI_STRUCTURED,
  aggregate: AGGREGATES,
  context: CONTEXT,
};

let bench: BinderBench;
beforeAll(async () => {
  bench = await openBinderBench(
    [
      {
        name: 'T',
        columns: [
          ['G', VARCHAR],
          ['N', number(10, 2)],
          ['I', number(38, 0)],
          ['S', VARCHAR],
          ['V', VARIANT],
        ],
        rows: `('a', 1.00, 1, 'x', '1'), ('a', 2.50, 2, 'y', '"q"'), ('b', 3.00, 3, NULL, NULL), ('b', NULL, NULL, 'z', 'null')`,
      },
    ],
    [],
    { variables: new Map([['ANSWER', { value: '42', type: VARCHAR }]]) },
  );
});

for (const [name, group] of Object.entries(GROUPS)) {
  describe(`${name} functions (docs.snowflake.com, ${group.page})`, () => {
    it.each(group.cases)('%s', async (...[sql, expected]: FunctionCase) => {
      const text = /^select\b/i.test(sql) ? sql : `select ${sql}`;
      if (typeof expected === 'object' && expected !== null) {
        const failure = await bench.failure(text);
        expect(failure?.code).toBe(expected.error);
        if (expected.message !== undefined) expect(failure?.message).toContain(expected.message);
        return;
      }
      const { rows } = await bench.query(text);
      expect(rows).toEqual([[expected]]);
    });
  });
}

describe(`window functions (docs.snowflake.com, ${WINDOWS.page})`, () => {
  it.each(WINDOWS.cases)('%s', async (sql, expected) => {
    const { rows } = await bench.query(`select ${sql} from t order by i`);
    expect(rows.map(([value]) => value ?? 'NULL').join(',')).toBe(expected);
  });
});

describe('the registry', () => {
  it('has at least 250 functions, each with a case', () => {
    const all = [...Object.values(GROUPS), WINDOWS].flatMap((group) => group.cases.map(([sql]) => sql));
    const words = new Set(all.flatMap((sql) => sql.toUpperCase().match(/[A-Z_][A-Z0-9_$]*/g) ?? []));
    const functions = allFunctions();
    expect(functions.filter((one) => !words.has(one.name)).map((one) => one.name)).toEqual([]);
    expect(functions.length).toBeGreaterThanOrEqual(250);
  });
});
