import type { Bound } from '../bound.ts';
import { cast } from '../cast.ts';
import { BOOLEAN, FLOAT, INTEGER } from '../literal.ts';
import { arithmetic } from '../numeric.ts';
import { once, value } from '../value.ts';
import { unified } from './conditional.ts';
import { bigint, define, numeric, typed } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/** docs.snowflake.com, "Window function syntax and usage". */
export const WINDOWS: FunctionDefinition[] = [
  ...['ROW_NUMBER', 'RANK', 'DENSE_RANK'].flatMap((name) =>
    define('window', name, 0, (_, call) => typed(`${name.toLowerCase()}()${call.overSql ?? ''}`, INTEGER)),
  ),
  ...['PERCENT_RANK', 'CUME_DIST'].flatMap((name) =>
    define('window', name, 0, (_, call) => value(`${name.toLowerCase()}()${call.overSql ?? ''}`, FLOAT)),
  ),
  ...define('window', 'NTILE', 1, ([count], call) =>
    typed(`ntile(${bigint(count!)})${call.overSql ?? ''}`, INTEGER, count!),
  ),
  ...define('window', 'LAG', [1, 3], (args, call) => shifted('lag', args, call)),
  ...define('window', 'LEAD', [1, 3], (args, call) => shifted('lead', args, call)),
  ...define('window', 'FIRST_VALUE', 1, ([arg], call) =>
    value(`first_value(${arg!.sql}${nulls(call)})${whole(call)}`, arg!.type, arg!),
  ),
  ...define('window', 'LAST_VALUE', 1, ([arg], call) =>
    value(`last_value(${arg!.sql}${nulls(call)})${whole(call)}`, arg!.type, arg!),
  ),
  ...define('window', 'NTH_VALUE', 2, ([arg, n], call) => {
    const over = whole(call);
    if (!call.fromLast)
      return value(`nth_value(${arg!.sql}, ${bigint(n!)}${nulls(call)})${over}`, arg!.type, arg!);
    // Counted from the end: the place from the front depends on the number of rows.
    const counted = call.nulls === 'IGNORE' ? arg!.sql : '*';
    return value(
      `list(${arg!.sql})${call.nulls === 'IGNORE' ? ` FILTER (WHERE ${arg!.sql} IS NOT NULL)` : ''}${over}[count(${counted})${over} - ${bigint(n!)} + 1]`,
      arg!.type,
      arg!,
    );
  }),
  ...define('window', 'RATIO_TO_REPORT', 1, ([arg], call) => {
    const x = numeric(arg!, call);
    const type = x.type.name === 'NUMBER' ? ({ ...x.type, precision: 38 } as const) : FLOAT;
    const total = typed(`nullif(sum(${x.sql})${call.overSql ?? ''}, 0)`, type, x);
    return arithmetic('/', x, total);
  }),
  ...define('window', 'CONDITIONAL_TRUE_EVENT', 1, ([arg], call) =>
    typed(`count_if(${cast(arg!, BOOLEAN).sql})${running(call)}`, INTEGER, arg!),
  ),
  ...define('window', 'CONDITIONAL_CHANGE_EVENT', 1, ([arg], call) => {
    // DuckDB has no window inside a window: the values so far, counted where one differs from the one before.
    const soFar = `list(${arg!.sql}) FILTER (WHERE ${arg!.sql} IS NOT NULL)${running(call)}`;
    const sql = once(
      [soFar],
      (list) =>
        `coalesce(len(list_filter(range(2, len(${list}) + 1), lambda i: ${list}[i] <> ${list}[i - 1])), 0)`,
    );
    return typed(sql, INTEGER, arg!);
  }),
];

function nulls(call: CallFacts): string {
  return call.nulls === 'IGNORE' ? ' IGNORE NULLS' : '';
}

function shifted(name: 'lag' | 'lead', [arg, offset, otherwise]: Bound[], call: CallFacts): Bound {
  const by = offset === undefined ? '1' : bigint(offset);
  const [subject, last] = otherwise === undefined ? [arg!, undefined] : unified([arg!, otherwise]);
  const args = `${subject!.sql}, ${by}${last === undefined ? '' : `, ${last.sql}`}${nulls(call)}`;
  return value(`${name}(${args})${call.overSql ?? ''}`, subject!.type, ...[subject!, last ?? []].flat());
}

const FRAME = /\b(?:ROWS|RANGE) BETWEEN /;

/** FIRST_VALUE, LAST_VALUE and NTH_VALUE see the whole partition unless a frame is written. */
function whole(call: CallFacts): string {
  const over = call.overSql ?? '';
  return framed(over) || !over.endsWith(')')
    ? over
    : `${over.slice(0, -1)} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`;
}

/** Row by row, whatever the ties. */
function running(call: CallFacts): string {
  const over = call.overSql ?? '';
  return framed(over) || !over.endsWith(')')
    ? over
    : `${over.slice(0, -1)} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
}

/** Whether the window says its frame; text in quotes does not count. */
function framed(over: string): boolean {
  return FRAME.test(over.replace(/'(?:[^']|'')*'/g, "''"));
}
