const NEGATIVE = 0x4000;
const POSITIVE = 0;

/**
 * The unscaled value of a field of numeric in a column numeric(precision, scale): sign and base-10000 digits (int16
 * count, int16 weight, uint16 sign, int16 display scale, digits). Source: numeric_send in PostgreSQL's numeric.c.
 * Undefined where the column cannot hold it: NaN, an infinity, more digits or decimals.
 */
export function decodeNumeric(
  source: Buffer,
  start: number,
  precision: number,
  scale: number,
): bigint | undefined {
  const count = source.readInt16BE(start);
  const weight = source.readInt16BE(start + 2);
  const sign = source.readUInt16BE(start + 4);
  if (sign !== POSITIVE && sign !== NEGATIVE) return undefined;
  let digits = 0n;
  for (let index = 0; index < count; index++) {
    digits = digits * 10_000n + BigInt(source.readUInt16BE(start + 8 + index * 2));
  }
  const exponent = 4 * (weight - count + 1) + scale;
  const factor = 10n ** BigInt(Math.abs(exponent));
  if (exponent < 0 && digits % factor !== 0n) return undefined;
  const value = exponent < 0 ? digits / factor : digits * factor;
  if (value >= 10n ** BigInt(precision)) return undefined;
  return sign === NEGATIVE ? -value : value;
}
