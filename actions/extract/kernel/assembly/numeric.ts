import { Column } from './column';
import { special } from './fields';
import { fail, NUMERIC_LENGTH } from './host';

const NEGATIVE: u16 = 0x4000;
const POSITIVE: u16 = 0;
const GROUP: u64 = 10000;
/** Up to 18 decimal digits fit 64 bits. */
const SHORT_DIGITS: i32 = 18;
const LARGEST_SHORT: u64 = 999999999999999999;

/** Set when the value at hand has more digits or decimals than the column holds. */
let isTooLarge: bool = false;

/**
 * numeric(precision, scale): sign and base-10000 digits (int16 count, int16 weight, uint16 sign, int16 display
 * scale, digits) to one unscaled integer. Source: numeric_send in PostgreSQL's numeric.c. NaN, an infinity and a value
 * with more digits or decimals than the column holds (its own type may have none) are special.
 */
export function takeNumeric(column: Column, at: usize, length: u32): void {
  if (length < 8) return fail(NUMERIC_LENGTH, length, 0);
  const count = <i32>bswap(load<i16>(at));
  if (count < 0 || length != 8 + 2 * <u32>count) return fail(NUMERIC_LENGTH, length, count);
  const weight = <i32>bswap(load<i16>(at, 2));
  const sign = bswap(load<u16>(at, 4));
  if (sign != POSITIVE && sign != NEGATIVE) return special(column);
  isTooLarge = false;
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
    else value = value * power(4 + exponent) + cut(digit, exponent);
    exponent -= 4;
  }
  // Groups of trailing zeros are not sent.
  if (count > 0) {
    for (let zeros = exponent + 4; zeros > 0 && value <= LARGEST_SHORT; zeros -= 4) value *= power(min(4, zeros));
  }
  if (isTooLarge || value > largestOf(column.precision)) return special(column);
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
    if (exponent >= 0) multiplyAdd(GROUP, digit);
    else multiplyAdd(power(4 + exponent), cut(digit, exponent));
    exponent -= 4;
  }
  if (count > 0) {
    for (let zeros = exponent + 4; zeros > 0; zeros -= 4) multiplyAdd(power(min(4, zeros)), 0);
  }
  if (isTooLarge || isAbove(column.precision)) return special(column);
  if (isNegative) {
    low = ~low + 1;
    high = ~high + (low == 0 ? 1 : 0);
  }
  column.append128(low, high);
}

/** (high, low) = (high, low) * factor + addend, for a factor up to 10000. */
function multiplyAdd(factor: u64, addend: u64): void {
  const lowLow = (low & 0xffffffff) * factor + addend;
  const lowHigh = (low >> 32) * factor + (lowLow >> 32);
  low = (lowHigh << 32) | (lowLow & 0xffffffff);
  // The sign bit stays free: 38 digits need 127 bits.
  if (high > (<u64>i64.MAX_VALUE - (lowHigh >> 32)) / factor) isTooLarge = true;
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
function cut(digit: u64, exponent: i32): u64 {
  const divisor = power(-exponent);
  if (exponent < -3 || digit % divisor != 0) isTooLarge = true;
  return digit / divisor;
}

/** 10^precision - 1, for the precisions that 64 bits hold. */
function largestOf(precision: i32): u64 {
  let limit: u64 = 1;
  for (let digit = 0; digit < precision; digit++) limit *= 10;
  return limit - 1;
}

/** Whether (high, low) has more than `precision` digits; 10^precision is kept, as most columns have one in turn. */
function isAbove(precision: i32): bool {
  if (precision != knownPrecision) {
    const keptLow = low;
    const keptHigh = high;
    const keptFlag = isTooLarge;
    low = 1;
    high = 0;
    for (let digit = 0; digit < precision; digit++) multiplyAdd(10, 0);
    limitLow = low;
    limitHigh = high;
    low = keptLow;
    high = keptHigh;
    isTooLarge = keptFlag;
    knownPrecision = precision;
  }
  return high > limitHigh || (high == limitHigh && low >= limitLow);
}

let knownPrecision: i32 = -1;
let limitLow: u64 = 0;
let limitHigh: u64 = 0;
