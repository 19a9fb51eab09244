import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';

/**
 * Refuses keys that the real service refuses, and those that XML 1.0 cannot carry in a listing.
 * @throws AwsError KeyTooLongError, InvalidArgument
 */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) {
    throw new AwsError(400, 'KeyTooLongError', 'Your key is too long', { MaxSizeAllowed: '1024' });
  }
  const odd = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/u.exec(key);
  if (odd !== null) {
    const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw new AwsError(
      400,
      'InvalidArgument',
      `The key holds the control character U+${code}, which no listing can carry.`,
    );
  }
}

/** @throws AwsError InvalidBucketName (S3 User Guide, "Bucket naming rules"). */
export function checkBucketName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (!valid) {
    throw new AwsError(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
  }
}

/**
 * The relative file path that holds an object: the key itself wherever every segment is an ordinary file name.
 * What a file system could misread (`..`, empty or reserved names, separators, control characters, over-long
 * names) is percent-encoded segment by segment, so that a key can never leave its bucket's directory.
 */
export function objectPath(key: string): string {
  const path = key.split('/').map(fileName).join('/');
  return path.length > 1500 ? hashedPath(key) : path;
}

/** Where an object lies whose own path is taken, as `a` is when `a/b` exists. */
export function hashedPath(key: string): string {
  return `%key/${keyHash(key)}`;
}

export function keyHash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function fileName(segment: string): string {
  // A lone "%" and "%key" never come out of the encoding below, so these names cannot collide with a key's.
  if (segment === '') return '%';
  const encoded = segment
    .replace(/[\u0000-\u001F\u007F%\\:*?"<>|]/g, percent)
    .replace(/^\.{1,2}$|[. ]$/, (end) => [...end].map(percent).join(''))
    .replace(/^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, (name) => percent(name[0]!) + name.slice(1));
  return Buffer.byteLength(encoded) > 200 ? `%long-${keyHash(segment)}` : encoded;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
