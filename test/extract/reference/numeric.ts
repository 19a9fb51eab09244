import { CopyFormatError } from '../../../actions/extract/kernel/kernel.ts';

/** A decimal as 128-bit two's complement, four 32-bit words, the least significant first. */
export type Words = Int32Array;

const NEGATIVE = 0x4000;
const POSITIVE = 0;
const GROUP = 10_000;
const POWERS = [1, 10, 100, 1000, GROUP];
/** Up to 15 decimal digits fit the 53 bits that a double counts exactly. */
const EXACT_DIGITS = 15;

/** Whether a numeric field is NaN or an infinity rather than a number. */
export function isSpecialNumeric(source: Buffer, start: number): boolean {
  const sign = source.readUInt16BE(start + 4);
  return sign !== POSITIVE && sign !== NEGATIVE;
}

/**
 * The unscaled value of a numeric(precision, scale) field: sign and base-10000 digits (int16 count, int16 weight,
 * uint16 sign, int16 display scale, digits) to one integer. Source: numeric_send in PostgreSQL's numeric.c.
 * @throws CopyFormatError when it has more digits than its type allows.
 */
export function decodeNumeric(
  source: Buffer,
  start: number,
  precision: number,
  scale: number,
  words: Words,
): void {
  const count = source.readInt16BE(start);
  const weight = source.readInt16BE(start + 2);
  const isNegative = source.readUInt16BE(start + 4) === NEGATIVE;
  const digits = start + 8;
  if (precision <= EXACT_DIGITS) {
    const value = smallValue(source, digits, count, weight, scale);
    const signed = isNegative ? -value : value;
    words[0] = signed;
    words[1] = Math.floor(signed / 0x1_0000_0000);
    words[2] = words[3] = words[1] >> 31;
    return;
  }
  words.fill(0);
  for (let index = 0; index < count; index++) {
    const digit = source.readInt16BE(digits + index * 2);
    // Decimal position of this group's last digit in the unscaled value; below zero for the group that is cut.
    const exponent = 4 * (weight - index) + scale;
    if (exponent >= 0) multiplyAdd(words, GROUP, digit);
    else multiplyAdd(words, power(4 + exponent), cut(digit, exponent));
  }
  // Groups of trailing zeros are not sent.
  if (count > 0) {
    for (let zeros = 4 * (weight - count + 1) + scale; zeros > 0; zeros -= 4) {
      multiplyAdd(words, POWERS[Math.min(4, zeros)]!, 0);
    }
  }
  if (isNegative) negate(words);
}

function smallValue(source: Buffer, digits: number, count: number, weight: number, scale: number): number {
  let value = 0;
  for (let index = 0; index < count; index++) {
    const digit = source.readInt16BE(digits + index * 2);
    const exponent = 4 * (weight - index) + scale;
    if (exponent >= 0) value = value * GROUP + digit;
    else value = value * power(4 + exponent) + cut(digit, exponent);
  }
  if (count === 0) return 0;
  for (let zeros = 4 * (weight - count + 1) + scale; zeros > 0; zeros -= 4)
    value *= POWERS[Math.min(4, zeros)]!;
  return value;
}

function power(exponent: number): number {
  const value = POWERS[exponent];
  if (value === undefined) throw new CopyFormatError('a numeric has more decimals than its type allows');
  return value;
}

/** The digits of a group that stand before the cut at the type's scale; those after it are zeros. */
function cut(digit: number, exponent: number): number {
  const value = digit / power(-exponent);
  if (!Number.isInteger(value)) throw new CopyFormatError('a numeric has more decimals than its type allows');
  return value;
}

/** words = words * factor + addend; a word times 10000 stays within the 53 bits of a double. */
function multiplyAdd(words: Words, factor: number, addend: number): void {
  let carry = addend;
  for (let index = 0; index < 4; index++) {
    const product = (words[index]! >>> 0) * factor + carry;
    words[index] = product;
    carry = Math.floor(product / 0x1_0000_0000);
  }
  if (carry !== 0 || words[3]! < 0)
    throw new CopyFormatError('a numeric has more digits than its type allows');
}

function negate(words: Words): void {
  let carry = 1;
  for (let index = 0; index < 4; index++) {
    const sum = (~words[index]! >>> 0) + carry;
    words[index] = sum;
    carry = sum > 0xffff_ffff ? 1 : 0;
  }
}
