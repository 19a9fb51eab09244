import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** S3's additional checksums by their name in the API; the header is `x-amz-checksum-<lower case name>`. */
export type ChecksumName = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
export const CHECKSUM_NAMES: readonly ChecksumName[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  /** The value as S3 writes it: base64 of the big-endian bytes. */
  digest(): string;
}

/** Starts a checksum of one of S3's algorithms ("Checking object integrity", S3 User Guide). */
export function startChecksum(name: ChecksumName): RunningChecksum {
  switch (name) {
    case 'CRC32':
      return runningCrc32();
    case 'CRC32C':
      return runningCrc32c();
    case 'CRC64NVME':
      return runningCrc64();
    case 'SHA1':
    case 'SHA256':
      return runningHash(createHash(name.toLowerCase()));
  }
}

/** The checksum of a multipart object made of its parts' checksums: "<base64>-<parts>". */
export function compositeChecksum(name: ChecksumName, parts: string[]): string {
  const checksum = startChecksum(name);
  for (const part of parts) checksum.update(Buffer.from(part, 'base64'));
  return `${checksum.digest()}-${parts.length}`;
}

function runningHash(hash: Hash): RunningChecksum {
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') };
}

function runningCrc32(): RunningChecksum {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    digest: () => words(value),
  };
}

function runningCrc32c(): RunningChecksum {
  let value = 0xffffffff;
  return {
    update: (chunk) => {
      for (let i = 0; i < chunk.length; i++) value = crc32cTable[(value ^ chunk[i]!) & 0xff]! ^ (value >>> 8);
    },
    digest: () => words(~value),
  };
}

/** CRC-64/NVME, bit-reflected, in two 32-bit halves: BigInt per byte would be a hundred times slower. */
function runningCrc64(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (chunk) => {
      for (let i = 0; i < chunk.length; i++) {
        const index = ((low ^ chunk[i]!) & 0xff) * 2;
        low = ((low >>> 8) | (high << 24)) ^ crc64Table[index + 1]!;
        high = (high >>> 8) ^ crc64Table[index]!;
      }
    },
    digest: () => words(~high, ~low),
  };
}

function words(...values: number[]): string {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value >>> 0, index * 4);
  });
  return bytes.toString('base64');
}

/** Castagnoli polynomial 0x1EDC6F41, reflected. */
const crc32cTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** NVM Express polynomial 0xAD93D23594C93659, reflected; high and low word of each entry. */
const crc64Table = new Int32Array(512);
for (let byte = 0; byte < 256; byte++) {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  crc64Table[byte * 2] = Number(BigInt.asIntN(32, value >> 32n));
  crc64Table[byte * 2 + 1] = Number(BigInt.asIntN(32, value));
}
