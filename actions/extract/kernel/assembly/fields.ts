import { Column } from './column';
import { FIXED_LENGTH, fail } from './host';
import { takeNumeric } from './numeric';

// How a field of binary COPY is read; the numbers of FORMAT in ../kernel.ts.
const BOOL: i32 = 0;
const INT2: i32 = 1;
const WORD: i32 = 2;
const DOUBLE_WORD: i32 = 3;
export const BYTES: i32 = 4;
export const JSONB: i32 = 5;
const UUID: i32 = 6;
const DATE: i32 = 7;
const TIME: i32 = 8;
const TIMESTAMP: i32 = 9;
const NUMERIC: i32 = 10;

/** Days and microseconds from 1970-01-01 to PostgreSQL's epoch, 2000-01-01. */
const EPOCH_DAYS: i32 = 10957;
const EPOCH_MICROS: i64 = 946684800000000;
/** 24:00:00, which PostgreSQL's time allows and a clock does not show. */
const DAY_MICROS: i64 = 86400000000;

/**
 * Takes one field of a type with a small binary form, which lies whole at `at`. A value that the target cannot hold
 * (NaN, infinity or too many digits in a decimal, an infinite date or timestamp, a timestamp past 64 bits of microseconds since 1970,
 * 24:00:00) is counted and written as null.
 */
export function takeField(column: Column, at: usize, length: u32): void {
  switch (column.format) {
    case WORD:
      if (length != 4) return fail(FIXED_LENGTH, length, 4);
      column.append<i32>(bswap(load<i32>(at)));
      break;
    case DOUBLE_WORD:
      if (length != 8) return fail(FIXED_LENGTH, length, 8);
      column.append<i64>(bswap(load<i64>(at)));
      break;
    case NUMERIC:
      takeNumeric(column, at, length);
      break;
    case TIMESTAMP:
      if (length != 8) return fail(FIXED_LENGTH, length, 8);
      takeTimestamp(column, bswap(load<i64>(at)));
      break;
    case DATE:
      if (length != 4) return fail(FIXED_LENGTH, length, 4);
      takeDate(column, bswap(load<i32>(at)));
      break;
    case BOOL:
      if (length != 1) return fail(FIXED_LENGTH, length, 1);
      column.append<u8>(load<u8>(at));
      break;
    case INT2:
      if (length != 2) return fail(FIXED_LENGTH, length, 2);
      column.append<i32>(bswap(load<i16>(at)));
      break;
    case UUID:
      if (length != 16) return fail(FIXED_LENGTH, length, 16);
      takeUuid(column, at);
      break;
    case TIME:
      if (length != 8) return fail(FIXED_LENGTH, length, 8);
      takeTime(column, bswap(load<i64>(at)));
      break;
    default:
      unreachable();
  }
}

/** Counts a value that the target cannot hold and writes null. */
export function special(column: Column): void {
  column.specials++;
  column.appendNull();
}

function takeTimestamp(column: Column, micros: i64): void {
  if (micros == i64.MIN_VALUE || micros > i64.MAX_VALUE - EPOCH_MICROS) special(column);
  else column.append<i64>(micros + EPOCH_MICROS);
}

function takeDate(column: Column, days: i32): void {
  if (days == i32.MIN_VALUE || days == i32.MAX_VALUE) special(column);
  else column.append<i32>(days + EPOCH_DAYS);
}

function takeTime(column: Column, micros: i64): void {
  if (micros == DAY_MICROS) special(column);
  else column.append<i64>(micros);
}

function takeUuid(column: Column, at: usize): void {
  let to = column.openBytes(36);
  for (let index = 0; index < 16; index++) {
    if (index == 4 || index == 6 || index == 8 || index == 10) store<u8>(to++, 0x2d);
    const octet = load<u8>(at + index);
    store<u8>(to++, hexDigit(octet >> 4));
    store<u8>(to++, hexDigit(octet & 15));
  }
  column.commit(40);
}

@inline
function hexDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
