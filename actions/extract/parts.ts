import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { UserError } from '../shared/errors.ts';
import { type Load, loadPrefix, manifestKey } from '../shared/lake.ts';
import type { ManifestPart } from '../shared/manifest.ts';
import { listKeys, s3Error } from '../shared/s3.ts';

/** Memory of an upload: pieces of this size, this many at once. */
const PIECE_BYTES = 8 << 20;
const PIECES = 2;

const CONTENT_TYPE = 'application/vnd.apache.parquet';

/** One object being streamed to S3. */
export interface PartUpload {
  /** Resolves when more may be written. @throws UserError when the upload has failed */
  write(bytes: Uint8Array): Promise<void>;
  /** Completes the object. Nothing is visible under the key before. */
  finish(rows: number): Promise<ManifestPart>;
  /** Gives up: the key is left as it was. */
  abort(): Promise<void>;
}

/** Starts streaming an object, by multipart upload once it is larger than one piece. */
export function startPart(s3: S3Client, bucket: string, key: string): PartUpload {
  return new StreamedObject(s3, bucket, key);
}

/** Buffers of pieces that have been sent: fresh ones of this size cost more than what is copied into them. */
const freePieces: Buffer[] = [];

/** The pages are copied into the pieces, once: a stream in between takes twice the memory and time. */
class StreamedObject implements PartUpload {
  readonly #s3: S3Client;
  readonly #place: { Bucket: string; Key: string };
  readonly #sha256 = createHash('sha256');
  #bytes = 0;
  #piece: Buffer | undefined;
  #pieceBytes = 0;
  #uploadId: Promise<string> | undefined;
  #sending: Promise<CompletedPart>[] = [];

  constructor(s3: S3Client, bucket: string, key: string) {
    this.#s3 = s3;
    this.#place = { Bucket: bucket, Key: key };
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#sha256.update(bytes);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      this.#piece ??= freePieces.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
      const taken = bytes.subarray(at, at + PIECE_BYTES - this.#pieceBytes);
      this.#piece.set(taken, this.#pieceBytes);
      this.#pieceBytes += taken.length;
      at += taken.length;
      if (this.#pieceBytes < PIECE_BYTES) return;
      this.#send();
      if (this.#sending.length >= PIECES) await this.#sending[this.#sending.length - PIECES];
    }
  }

  async finish(rows: number): Promise<ManifestPart> {
    if (this.#uploadId === undefined) await this.#put();
    else await this.#complete();
    return { key: this.#place.Key, bytes: this.#bytes, rows, sha256: this.#sha256.digest('hex') };
  }

  async abort(): Promise<void> {
    // What is on its way would be a part of the upload again.
    await Promise.allSettled(this.#sending);
    const UploadId = await this.#uploadId?.catch(() => undefined);
    if (UploadId === undefined) return;
    await this.#named(() => this.#s3.send(new AbortMultipartUploadCommand({ ...this.#place, UploadId })));
  }

  /** Sends the open piece; its buffer is free afterwards. */
  async #sendPiece<T>(send: (Body: Buffer) => Promise<T>): Promise<T> {
    const piece = this.#piece ?? Buffer.alloc(0);
    const body = piece.subarray(0, this.#pieceBytes);
    this.#piece = undefined;
    this.#pieceBytes = 0;
    const answer = await this.#named(() => send(body));
    if (piece.length === PIECE_BYTES && freePieces.length < PIECES) freePieces.push(piece);
    return answer;
  }

  async #put(): Promise<void> {
    await this.#sendPiece((Body) =>
      this.#s3.send(new PutObjectCommand({ ...this.#place, Body, ContentType: CONTENT_TYPE })),
    );
  }

  #send(): void {
    this.#uploadId ??= this.#named(async () => {
      const { UploadId } = await this.#s3.send(
        new CreateMultipartUploadCommand({
          ...this.#place,
          ContentType: CONTENT_TYPE,
          ChecksumAlgorithm: 'CRC32',
        }),
      );
      return UploadId!;
    });
    const uploadId = this.#uploadId;
    const PartNumber = this.#sending.length + 1;
    const sent = this.#sendPiece(async (Body) => {
      const UploadId = await uploadId;
      const { ETag, ChecksumCRC32 } = await this.#s3.send(
        new UploadPartCommand({ ...this.#place, UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
      );
      return { PartNumber, ETag, ChecksumCRC32 };
    });
    // Looked at by write and finish; without a handler of its own an early failure would end the process.
    sent.catch(() => {});
    this.#sending.push(sent);
  }

  async #complete(): Promise<void> {
    if (this.#pieceBytes > 0) this.#send();
    const Parts = await Promise.all(this.#sending);
    const UploadId = await this.#uploadId!;
    await this.#named(() =>
      this.#s3.send(
        new CompleteMultipartUploadCommand({ ...this.#place, UploadId, MultipartUpload: { Parts } }),
      ),
    );
  }

  async #named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw s3Error(error, 'write', this.#place.Bucket, this.#place.Key);
    }
  }
}

/**
 * Removes the parts below a load's prefix that are not in `kept`: those of an earlier try that was killed and had
 * more of them. Nothing is removed where the load has a manifest: another run has committed it.
 */
export async function removeOrphans(
  s3: S3Client,
  bucket: string,
  load: Load,
  kept: readonly ManifestPart[],
): Promise<'removed' | 'committed'> {
  const keys = await listKeys(s3, bucket, loadPrefix(load));
  if (keys.includes(manifestKey(load))) return 'committed';
  const keep = new Set(kept.map((part) => part.key));
  for (const key of keys.filter((one) => !keep.has(one))) {
    try {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      throw s3Error(error, 'remove', bucket, key);
    }
  }
  return 'removed';
}
