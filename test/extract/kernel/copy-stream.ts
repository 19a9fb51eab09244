/** A COPY stream in binary form, without the messages around it. */
export function encodeCopy(rows: readonly (readonly (Buffer | null)[])[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')];
  for (const row of rows) {
    parts.push(Buffer.from([row.length >> 8, row.length & 255]));
    for (const field of row) {
      const length = Buffer.alloc(4);
      length.writeInt32BE(field?.length ?? -1);
      parts.push(length, field ?? Buffer.alloc(0));
    }
  }
  return Buffer.concat([...parts, Buffer.from([255, 255])]);
}

/** The stream as CopyData messages of these sizes, in turn. */
export function inMessages(stream: Buffer, sizes: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const payload = stream.subarray(at, at + sizes[turn % sizes.length]!);
    const header = Buffer.from('d\0\0\0\0', 'latin1');
    header.writeInt32BE(4 + payload.length, 1);
    parts.push(header, payload);
    at += payload.length;
  }
  return Buffer.concat(parts);
}

/** What numeric_send writes: base-10000 digits without leading and trailing zeros. */
export function encodeNumeric(text: string): Buffer {
  const isNegative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const left = whole.padStart(Math.ceil(whole.length / 4) * 4, '0');
  const digits = (left + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0'))
    .match(/.{4}/g)!
    .map(Number);
  let weight = left.length / 4 - 1;
  while (digits[0] === 0) {
    digits.shift();
    weight--;
  }
  while (digits.at(-1) === 0) digits.pop();
  const field = Buffer.alloc(8 + digits.length * 2);
  field.writeInt16BE(digits.length, 0);
  field.writeInt16BE(digits.length === 0 ? 0 : weight, 2);
  field.writeUInt16BE(isNegative ? 0x4000 : 0, 4);
  field.writeInt16BE(fraction.length, 6);
  digits.forEach((digit, index) => {
    field.writeInt16BE(digit, 8 + index * 2);
  });
  return field;
}
