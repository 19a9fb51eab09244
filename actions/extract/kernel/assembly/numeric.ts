import { Column } from './column';
import { fail, NUMERIC_DECIMALS, NUMERIC_DIGITS, NUMERIC_LENGTH } from './host';

const NEGATIVE: u16 = 0x4000;
const POSITIVE: u16 = 0;
const GROUP: u64 = 10000;
/** Up to 18 decimal digits fit 64 bits. */
const SHORT_DIGITS: i32 = 18;
const LARGEST_SHORT: u64 = 999999999999999999;

/**
 * numeric(precision, scale): sign and base-10000 digits (int16 count, int16 weight, uint16 sign, int16 display
 * scale, digits) to one unscaled integer. Source: numeric_send in PostgreSQL's numeric.c.
 */
export function takeNumeric(column: Column, at: usize, length: u32): void {
  if (length < 8) return fail(NUMERIC_LENGTH, length, 0);
  const count = <i32>bswap(load<i16>(at));
  if (count < 0 || length != 8 + 2 * <u32>count) return fail(NUMERIC_LENGTH, length, count);
  const weight = <i32>bswap(load<i16>(at, 2));
  const sign = bswap(load<u16>(at, 4));
  if (sign != POSITIVE && sign != NEGATIVE) {
    column.specials++;
    column.appendNull();
    return;
  }
  if (column.precision <= SHORT_DIGITS) takeShort(column, at + 8, count, weight, sign == NEGATIVE);
  else takeLong(column, at + 8, count, weight, sign == NEGATIVE);
}

function takeShort(column: Column, digits: usize, count: i32, weight: i32, isNegative: bool): void {
  let value: u64 = 0;
  // Decimal position of the group's last digit in the unscaled value; below zero for the group that is cut.
  let exponent = 4 * weight + column.scale;
  for (let index = 0; index < count; index++) {
    const digit = <u64>bswap(load<u16>(digits + (index << 1)));
    if (value > LARGEST_SHORT) break;
    if (exponent >= 0) value = value * GROUP + digit;
    else value = value * power(4 + exponent) + cut(column, digit, exponent);
    exponent -= 4;
  }
  // Groups of trailing zeros are not sent.
  if (count > 0) {
    for (let zeros = exponent + 4; zeros > 0 && value <= LARGEST_SHORT; zeros -= 4) value *= power(min(4, zeros));
  }
  if (value > LARGEST_SHORT) return fail(NUMERIC_DIGITS, column.precision, column.scale);
  const signed = isNegative ? -(<i64>value) : <i64>value;
  if (column.precision <= 9) column.append<i32>(<i32>signed);
  else column.append<i64>(signed);
}

let low: u64 = 0;
let high: u64 = 0;

function takeLong(column: Column, digits: usize, count: i32, weight: i32, isNegative: bool): void {
  low = 0;
  high = 0;
  let exponent = 4 * weight + column.scale;
  for (let index = 0; index < count; index++) {
    const digit = <u64>bswap(load<u16>(digits + (index << 1)));
    if (exponent >= 0) multiplyAdd(column, GROUP, digit);
    else multiplyAdd(column, power(4 + exponent), cut(column, digit, exponent));
    exponent -= 4;
  }
  if (count > 0) {
    for (let zeros = exponent + 4; zeros > 0; zeros -= 4) multiplyAdd(column, power(min(4, zeros)), 0);
  }
  if (isNegative) {
    low = ~low + 1;
    high = ~high + (low == 0 ? 1 : 0);
  }
  column.append128(low, high);
}

/** (high, low) = (high, low) * factor + addend, for a factor up to 10000. */
function multiplyAdd(column: Column, factor: u64, addend: u64): void {
  const lowLow = (low & 0xffffffff) * factor + addend;
  const lowHigh = (low >> 32) * factor + (lowLow >> 32);
  low = (lowHigh << 32) | (lowLow & 0xffffffff);
  // The sign bit stays free: 38 digits need 127 bits.
  if (high > (<u64>i64.MAX_VALUE - (lowHigh >> 32)) / factor) fail(NUMERIC_DIGITS, column.precision, column.scale);
  high = high * factor + (lowHigh >> 32);
}

/** 10 to the power of 0 to 4; a group that lies wholly behind the scale gives 1 and is then found by `cut`. */
@inline
function power(exponent: i32): u64 {
  switch (exponent) {
    case 4:
      return 10000;
    case 3:
      return 1000;
    case 2:
      return 100;
    case 1:
      return 10;
    default:
      return 1;
  }
}

/** The digits of a group that stand before the cut at the type's scale; those after it must be zeros. */
function cut(column: Column, digit: u64, exponent: i32): u64 {
  const divisor = power(-exponent);
  if (exponent < -3 || digit % divisor != 0) fail(NUMERIC_DECIMALS, column.precision, column.scale);
  return digit / divisor;
}
