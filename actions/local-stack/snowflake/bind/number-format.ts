/**
 * Snowflake's format models of numbers: fixed positions (`999,990.00`, `$`, `MI`, `S`, `FM`, `X`, `EEEE`) and the
 * text-minimal TM, TM9, TME. Source: docs.snowflake.com, "SQL format models", Numeric format models.
 */

interface Model {
  /** Fixed positions: digits before the point, from left; '9', '0' or 'X', ',' between. */
  whole: string[];
  fraction: string[];
  point: boolean;
  dollar: boolean;
  sign: 'leading' | 'MI-before' | 'MI-after' | 'S-before' | 'S-after';
  fill: boolean;
  exponent: number;
  hex: 'upper' | 'lower' | null;
  prefix: string;
  suffix: string;
}

/** The number, given as decimal text, written by a format; `#` in every position when it does not fit. */
export function formatNumber(text: string, format: string): string {
  const minimal = /^TM([9E]?)$/i.exec(format);
  if (minimal) return minimal[1]?.toUpperCase() === 'E' ? exponential(text) : minimalText(text);
  const model = readModel(format);
  if (model.hex) return hexadecimal(text, model);
  if (model.exponent > 0) return withExponent(text, model);
  return fixed(text, model);
}

/** The number that text says by a format, as decimal text, or null when the text does not fit. */
export function parseNumber(text: string, format: string): string | null {
  if (/^TM/i.test(format))
    return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? text.trim() : null;
  const model = readModel(format);
  let rest = text.trim();
  let negative = false;
  const sign = /^[+-]|[+-]$/.exec(rest)?.[0];
  if (sign !== undefined) {
    negative = sign === '-';
    rest = rest.startsWith(sign) ? rest.slice(1) : rest.slice(0, -1);
  }
  rest = rest.trim();
  if (model.dollar && rest.startsWith('$')) rest = rest.slice(1);
  if (model.hex) return /^[0-9a-f]+$/i.test(rest) ? `${negative ? '-' : ''}${BigInt(`0x${rest}`)}` : null;
  if (model.whole.includes(',')) rest = rest.replaceAll(',', '');
  const digits = /^(\d*)(?:\.(\d*))?(?:[eE][+-]?\d+)?$/.exec(rest);
  if (!digits || rest === '' || rest === '.') return null;
  const wholeRoom = model.whole.filter((one) => one !== ',').length;
  if ((digits[1] ?? '').replace(/^0+/, '').length > wholeRoom) return null;
  if ((digits[2] ?? '').length > model.fraction.length) return null;
  return `${negative ? '-' : ''}${rest}`;
}

function readModel(format: string): Model {
  const model: Model = {
    whole: [],
    fraction: [],
    point: false,
    dollar: false,
    sign: 'leading',
    fill: true,
    exponent: 0,
    hex: null,
    prefix: '',
    suffix: '',
  };
  let digitsSeen = false;
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at);
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const element = quoted?.[0] ?? /^(?:FM|MI|EE+|[S90X.,DG$B])/i.exec(rest)?.[0] ?? rest[0]!;
    const upper = element.toUpperCase();
    at += element.length;
    if (quoted) addLiteral(model, digitsSeen, quoted[1]!.replaceAll('""', '"'));
    else if (upper === 'FM') model.fill = !model.fill;
    else if (upper === 'MI') model.sign = digitsSeen ? 'MI-after' : 'MI-before';
    else if (upper === 'S') model.sign = digitsSeen ? 'S-after' : 'S-before';
    else if (upper === '$') model.dollar = true;
    else if (/^EE+$/.test(upper)) model.exponent = upper.length;
    else if (upper === '.' || upper === 'D') model.point = true;
    else if (upper === ',' || upper === 'G') model.whole.push(',');
    else if (upper === '9' || upper === '0' || upper === 'X') {
      digitsSeen = true;
      if (upper === 'X') model.hex = element === 'X' ? 'upper' : 'lower';
      (model.point ? model.fraction : model.whole).push(upper);
    } else if (upper !== 'B') addLiteral(model, digitsSeen, element);
  }
  return model;
}

function addLiteral(model: Model, after: boolean, text: string): void {
  if (after) model.suffix += text;
  else model.prefix += text;
}

function fixed(text: string, model: Model): string {
  const [whole, fraction] = rounded(text, model.fraction.length);
  const negative = /^-/.test(text) && /[1-9]/.test(whole + fraction);
  const places = model.whole.filter((one) => one !== ',');
  const significant = whole.replace(/^0+/, '');
  if (significant.length > places.length)
    return '#'.repeat(
      model.whole.length + (model.point ? 1 + model.fraction.length : 0) + (model.sign === 'leading' ? 1 : 0),
    );
  const firstZero = places.indexOf('0');
  const required = firstZero < 0 ? 0 : places.length - firstZero;
  const digits = significant.padStart(Math.max(required, model.point || significant !== '' ? 0 : 1), '0');
  const padded = digits.padStart(places.length, ' ');
  let body = '';
  let position = 0;
  for (const one of model.whole) {
    if (one === ',') body += body.trim() === '' ? ' ' : ',';
    else body += padded[position++];
  }
  if (model.point) body += `.${model.fill ? fraction : trimFraction(fraction, model.fraction)}`;
  return dressed(body, negative, model);
}

/** In compact mode the 9s at the end print nothing for zeros. */
function trimFraction(fraction: string, places: string[]): string {
  let end = fraction.length;
  while (end > 0 && places[end - 1] === '9' && fraction[end - 1] === '0') end--;
  return fraction.slice(0, end);
}

function dressed(body: string, negative: boolean, model: Model): string {
  const number = body.trimStart();
  const room = body.length - number.length;
  const money = model.dollar ? '$' : '';
  const mark = {
    leading: negative ? '-' : model.fill ? ' ' : '',
    'MI-before': negative ? '-' : model.fill ? ' ' : '',
    'S-before': negative ? '-' : '+',
    'MI-after': '',
    'S-after': '',
  }[model.sign];
  const tail = {
    leading: '',
    'MI-before': '',
    'S-before': '',
    'MI-after': negative ? '-' : model.fill ? ' ' : '',
    'S-after': negative ? '-' : '+',
  }[model.sign];
  const text = `${model.fill ? ' '.repeat(room) : ''}${mark}${money}${number}`;
  return `${model.prefix}${text}${tail}${model.suffix}`;
}

/** Decimal text rounded half away from zero to a number of decimals: digits before and after the point. */
function rounded(text: string, decimals: number): [string, string] {
  const [whole = '0', fraction = ''] = plain(text).replace('-', '').split('.');
  const kept = fraction.padEnd(decimals, '0').slice(0, decimals);
  const up = (fraction[decimals] ?? '0') >= '5' ? 1n : 0n;
  const all = String(BigInt(`${whole}${kept}` || '0') + up).padStart(decimals + 1, '0');
  return decimals === 0 ? [all, ''] : [all.slice(0, -decimals), all.slice(-decimals)];
}

/** Text with an exponent written out. */
function plain(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d*))?[eE]([+-]?\d+)$/.exec(text);
  if (!found) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return point >= digits.length
    ? `${sign}${digits.padEnd(point, '0')}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function hexadecimal(text: string, model: Model): string {
  const [whole] = rounded(text, 0);
  const places = model.whole.filter((one) => one !== ',');
  const digits = BigInt(whole).toString(16);
  const cased = model.hex === 'upper' ? digits.toUpperCase() : digits;
  if (cased.length > places.length) return '#'.repeat(places.length + 1);
  const zeros = places[0] === '0' ? cased.padStart(places.length, '0') : cased;
  return dressed(zeros.padStart(places.length, ' '), text.startsWith('-'), model);
}

function withExponent(text: string, model: Model): string {
  const decimals = model.fraction.length;
  const [mantissa = '0', exponent = '+0'] = Number(text).toExponential(decimals).split('e');
  const digits = Math.max(model.exponent - 2, 1);
  const shown = `E${exponent[0]}${exponent.slice(1).padStart(digits, '0')}`;
  return dressed(`${mantissa.replace('-', '')}${shown}`, mantissa.startsWith('-'), model);
}

function minimalText(text: string): string {
  return plain(text);
}

function exponential(text: string): string {
  const [mantissa = '0', exponent = '+0'] = Number(text).toExponential().split('e');
  return `${mantissa}E${exponent.replace('+', '')}`;
}
