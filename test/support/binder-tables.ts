import type { SnowflakeType } from '../../actions/shared/sql/types.ts';
import type { TestTable, TestView } from './binder.ts';

const number = (precision: number, scale = 0): SnowflakeType => ({ name: 'NUMBER', precision, scale });
const text: SnowflakeType = { name: 'VARCHAR', length: 100 };

/** Orders, customers, and a table of semi-structured rows: what the binder's tests query. */
export const TABLES: TestTable[] = [
  {
    name: 'ORDERS',
    columns: [
      ['ID', number(38)],
      ['CUSTOMER_ID', number(38)],
      ['AMOUNT', number(12, 2)],
      ['STATUS', text],
      ['ORDERED', { name: 'DATE' }],
      ['PLACED_AT', { name: 'TIMESTAMP_NTZ', scale: 9 }],
    ],
    rows: `(1, 10, 100.00, 'paid', '2026-01-05', '2026-01-05 10:00:00'),
           (2, 10, 50.50, 'open', '2026-01-20', '2026-01-20 11:30:00'),
           (3, 20, 75.25, 'paid', '2026-02-01', '2026-02-01 00:00:00'),
           (4, 30, NULL, NULL, NULL, NULL)`,
  },
  {
    name: 'CUSTOMERS',
    columns: [
      ['CUSTOMER_ID', number(38)],
      ['NAME', text],
      ['nick name', text],
    ],
    rows: `(10, 'Ada', 'a'), (20, 'Bob', 'b'), (40, 'Cy', 'c')`,
  },
  {
    name: 'EVENTS',
    columns: [
      ['ID', number(38)],
      ['V', { name: 'VARIANT' }],
    ],
    rows: `(1, '{"a":1,"items":[{"n":"x","q":2},{"n":"y","q":3}],"name":"one"}'),
           (2, '{"a":10,"items":[],"name":null}'),
           (3, '{"a":9,"name":"three"}')`,
  },
  {
    name: 'QUARTERS',
    columns: [
      ['EMP', text],
      ['QUARTER', text],
      ['SALES', number(38)],
    ],
    rows: `('a', 'Q1', 10), ('a', 'Q2', 20), ('a', 'Q2', 5), ('b', 'Q1', 7)`,
  },
];

export const VIEWS: TestView[] = [
  {
    name: 'PAID',
    query: "select id, amount * 2 as doubled from orders where status = 'paid'",
    columns: ['ID', 'DOUBLED'],
  },
  { name: 'BROKEN', query: 'select nothing from orders', columns: ['X'] },
  { name: 'LOOPING', query: 'select * from looping', columns: ['X'] },
];
