import { expect, test } from 'vitest';
import { loadPrefix, manifestKey, partKey, segment, stateKey } from '../../actions/shared/lake.ts';

const load = { source: 'sales', table: 'public.orders', ingestDate: '2026-06-30', loadId: '2026-06-30' };

test('keys of a load lie below one prefix that comes from the work, not the clock', () => {
  const prefix = 'bronze/sales/public.orders/ingest_date=2026-06-30/load_id=2026-06-30/';
  expect(loadPrefix(load)).toBe(prefix);
  expect(partKey(load, 'first', 0, 'parquet')).toBe(`${prefix}part-a7937b64b8ca-00000.parquet`);
  expect(partKey(load, 'second', 12, 'json.gz')).toBe(`${prefix}part-16367aacb67a-00012.json.gz`);
  expect(manifestKey(load)).toBe(`${prefix}_manifest.json`);
  expect(stateKey('sales', 'public.orders')).toBe('_state/sales/public.orders.json');
});

test.each([
  ['a/b', 'a%2Fb'],
  ['50% off', '50%25%20off'],
  ["it's", 'it%27s'],
  ['été', '%C3%A9t%C3%A9'],
  ['a=b', 'a=b'],
])('36: the name %j is one segment', (name, expected) => {
  expect(segment(name)).toBe(expected);
});

test.each(['', '.', '..'])('36: %j is no segment', (name) => {
  expect(() => segment(name)).toThrow('cannot be part of a lake key');
});
