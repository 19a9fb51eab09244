import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Load, manifestKey, partKey } from '../shared/lake.ts';
import { commitManifest, type Manifest, type ManifestPart, readManifest } from '../shared/manifest.ts';
import { s3Error } from '../shared/s3.ts';
import { type CatalogAccess, fetchCatalogue } from './client.ts';
import { describeFields, type Product } from './product.ts';

/** What one ingest put on the lake, or found there from the run that was first. */
export interface IngestReport {
  source: string;
  table: string;
  /** YYYY-MM-DD */
  ingestDate: string;
  loadId: string;
  /** Key of the manifest. */
  manifest: string;
  rows: number;
  parts: number;
  bytes: number;
  /** Records that were read and not carried, by reason. */
  dropped: Record<string, number>;
  /** True when the load had been committed before, by an earlier or a concurrent run. */
  alreadyCommitted: boolean;
}

const ROWS_PER_PART = 50_000;
const compress = promisify(gzip);

/**
 * Reads the whole catalogue and commits it as one load: gzipped JSON lines, then the manifest. A load that
 * is committed already is reported and left as it is. Nothing is written before the catalogue has been
 * read and checked completely.
 */
export async function ingestCatalog(work: {
  s3: S3Client;
  bucket: string;
  load: Load;
  access: CatalogAccess;
  codeVersion: string;
}): Promise<IngestReport> {
  const { s3, bucket, load } = work;
  const committed = await readManifest(s3, bucket, load);
  if (committed !== undefined) return report(committed, true);

  const { products, duplicates } = await fetchCatalogue(work.access);
  const parts: ManifestPart[] = [];
  const content = products.map(({ json }) => json).join('\n');
  for (let start = 0; start < products.length; start += ROWS_PER_PART) {
    const key = partKey(load, content, parts.length, 'json.gz');
    parts.push(await putPart(s3, bucket, key, products.slice(start, start + ROWS_PER_PART)));
  }
  const { manifest, won } = await commitManifest(s3, bucket, {
    version: 1,
    ...load,
    format: 'json',
    rows: products.length,
    parts,
    watermark: null,
    snapshot: null,
    schema: describeFields(products),
    codeVersion: work.codeVersion,
    dropped: duplicates === 0 ? {} : { 'older record of the same product_id': duplicates },
  });
  return report(manifest, !won);
}

async function putPart(
  s3: S3Client,
  bucket: string,
  key: string,
  products: readonly Product[],
): Promise<ManifestPart> {
  const body = await compress(products.map(({ json }) => `${json}\n`).join(''));
  try {
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/x-ndjson' }),
    );
  } catch (error) {
    throw s3Error(error, 'write', bucket, key);
  }
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { key, bytes: body.length, rows: products.length, sha256 };
}

function report(manifest: Manifest, alreadyCommitted: boolean): IngestReport {
  const { source, table, ingestDate, loadId, rows, parts, dropped } = manifest;
  return {
    source,
    table,
    ingestDate,
    loadId,
    manifest: manifestKey(manifest),
    rows,
    parts: parts.length,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    dropped,
    alreadyCommitted,
  };
}
