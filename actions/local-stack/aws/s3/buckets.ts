import { AwsError } from '../aws-error.ts';
import { type Exchange, sendEmpty, sendXml } from './exchange.ts';
import { listObjects } from './list-objects.ts';
import { checkBucketName } from './object-path.ts';
import { receiveText } from './receive.ts';
import { childText, malformed, readXml, writeXml } from './xml.ts';

export async function listBuckets(exchange: Exchange): Promise<void> {
  const prefix = exchange.query.prefix ?? '';
  const buckets = exchange.store.buckets().filter(({ name }) => name.startsWith(prefix));
  await sendXml(
    exchange,
    writeXml('ListAllMyBucketsResult', {
      Owner: { ID: 'local', DisplayName: 'local' },
      Buckets: {
        Bucket: buckets.map(({ name, created }) => ({
          Name: name,
          CreationDate: created,
          BucketRegion: exchange.region,
        })),
      },
    }),
  );
}

export async function createBucket(exchange: Exchange): Promise<void> {
  const { request, store, bucket, region } = exchange;
  checkBucketName(bucket);
  const body = await receiveText(request, exchange.payloadHash);
  const location = body.trim() === '' ? undefined : readLocation(body);
  if ((location ?? 'us-east-1') !== region) {
    throw new AwsError(
      400,
      'IllegalLocationConstraintException',
      `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  const created = await store.createBucket(bucket);
  // In us-east-1 creating one's own bucket again succeeds, as in the service.
  if (!created && region !== 'us-east-1') {
    throw new AwsError(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: bucket },
    );
  }
  await sendEmpty(exchange, 200, { location: `/${bucket}` });
}

export async function headBucket(exchange: Exchange): Promise<void> {
  exchange.store.bucket(exchange.bucket);
  await sendEmpty(exchange, 200, { 'x-amz-bucket-region': exchange.region });
}

export async function deleteBucket(exchange: Exchange): Promise<void> {
  await exchange.store.deleteBucket(exchange.bucket);
  await sendEmpty(exchange, 204);
}

export async function bucketLocation(exchange: Exchange): Promise<void> {
  exchange.store.bucket(exchange.bucket);
  await sendXml(
    exchange,
    writeXml('LocationConstraint', exchange.region === 'us-east-1' ? '' : exchange.region),
  );
}

export async function listObjectsV2(exchange: Exchange): Promise<void> {
  const { query, bucket } = exchange;
  const { index } = exchange.store.bucket(bucket);
  const xml = listObjects(bucket, index, {
    prefix: query.prefix ?? '',
    delimiter: query.delimiter ?? '',
    maxKeys: query['max-keys'],
    continuationToken: query['continuation-token'],
    startAfter: query['start-after'],
    encodingType: query['encoding-type'],
  });
  await sendXml(exchange, xml);
}

function readLocation(xml: string): string | undefined {
  const root = readXml(xml);
  if (root.name !== 'CreateBucketConfiguration') throw malformed();
  const other = root.children.find((child) => child.name !== 'LocationConstraint');
  if (other !== undefined) {
    throw new AwsError(
      501,
      'NotImplemented',
      `The local AWS endpoint does not implement ${other.name} in CreateBucket.`,
    );
  }
  return childText(root, 'LocationConstraint');
}
