import { CreateBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Stack } from '../local-stack/stack.ts';
import type { Problem } from '../migrate/problem.ts';
import { walk } from '../shared/sql/walk.ts';
import type { ParsedStatement } from './parse-migrations.ts';

/** A client of the stack's own S3; whatever the environment says. */
export function lakeClient({ env }: Stack): S3Client {
  return new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? '',
    region: env.AWS_REGION ?? '',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    },
    forcePathStyle: true,
  });
}

/** The buckets that external stages point at exist, and are empty. Names that no bucket can have are problems. */
export async function createBuckets(
  s3: S3Client,
  statements: readonly ParsedStatement[],
): Promise<Problem[]> {
  const buckets = new Map<string, ParsedStatement>();
  for (const parsed of statements) {
    walk(parsed.tree, (node) => {
      const { name, value } = node as { name?: unknown; value?: { kind?: string; value?: unknown } };
      if (name !== 'URL' || value?.kind !== 'string') return true;
      // Another name is no bucket's: the statement that uses it will say so.
      const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/|$)/.exec(String(value.value))?.[1];
      if (bucket !== undefined && !buckets.has(bucket)) buckets.set(bucket, parsed);
      return true;
    });
  }
  const problems: Problem[] = [];
  for (const [bucket, { file, statement }] of buckets) {
    try {
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (!(error instanceof S3ServiceException && error.name === 'InvalidBucketName')) throw error;
      problems.push({
        file,
        line: statement.line,
        column: statement.column,
        message: `"${bucket}" cannot be the name of a bucket: nothing could be loaded from this URL`,
        remedy: 'Correct the URL, s3://bucket/prefix/.',
      });
    }
  }
  return problems;
}
