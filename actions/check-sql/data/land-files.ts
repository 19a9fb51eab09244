import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { joinName } from '../../migrate/effects/name-scope.ts';
import type { Problem } from '../../migrate/problem.ts';
import { messageOf, UserError } from '../../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError } from '../../shared/snowflake.ts';
import { propertyOf } from '../lint/properties.ts';
import type { DefinedObjects } from './defined-objects.ts';
import type { SampleFile } from './sample-files.ts';

/** Puts each file onto its stage, or its rows into its table. What cannot be put is a problem of the file. */
export async function landFiles(
  files: readonly SampleFile[],
  objects: DefinedObjects,
  { session, s3 }: { session: SnowflakeSession; s3: S3Client },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const sample of files) {
    try {
      await landFile(sample, objects, session, s3);
    } catch (error) {
      if (!(error instanceof SnowflakeStatementError || error instanceof UserError)) throw error;
      const remedy =
        (error instanceof UserError ? error.remedy : undefined) ??
        'Correct the file, or the migration that makes the stage or table.';
      problems.push({
        file: sample.file,
        line: (error instanceof UserError ? error.location.line : undefined) ?? 1,
        message: `the sample data cannot be put into ${sample.target}: ${messageOf(error).replaceAll('\n', ' ')}`,
        remedy,
      });
    }
  }
  return problems;
}

async function landFile(
  sample: SampleFile,
  objects: DefinedObjects,
  session: SnowflakeSession,
  s3: S3Client,
): Promise<void> {
  const tree = objects.get(sample.target)?.tree;
  if (tree?.kind === 'createTable') return insertRows(sample, session);
  if (tree?.kind !== 'createObject') {
    throw new UserError('the migrations make no stage or table of this name', {
      remedy: 'Name the folder as the stage or table, with its schema: fixtures/BRONZE.LAKE_STAGE/….',
    });
  }
  const url = propertyOf(tree.properties, 'URL');
  if (url?.kind === 'string') {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url.value) ?? [];
    const key = `${prefix.replace(/\/?$/, prefix === '' ? '' : '/')}${sample.path}`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(sample.file) }));
    return;
  }
  const folder = dirname(sample.path);
  const at = `@${nameOf(sample)}${folder === '.' ? '' : `/${folder}`}/`;
  const local = resolve(sample.file).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  await session.execute(
    `PUT 'file://${local}' '${at.replaceAll("'", "''")}' AUTO_COMPRESS = FALSE OVERWRITE = TRUE`,
  );
}

/** A CSV with the names of columns in its first line; an empty field is NULL. */
async function insertRows(sample: SampleFile, session: SnowflakeSession): Promise<void> {
  if (!sample.path.endsWith('.csv')) {
    throw new UserError('only a CSV file with a header goes into a table', {
      remedy: 'Put other formats onto the stage that a pipe reads.',
    });
  }
  const [head = [], ...rows] = readCsv(sample.file);
  const columns = head.map((name) => joinName([name])).join(', ');
  const marks = `(${head.map(() => '?').join(', ')})`;
  const binds = rows.flat().map((field) => (field === '' ? null : field));
  if (rows.length === 0) return;
  await session.execute(
    `INSERT INTO ${nameOf(sample)} (${columns}) VALUES ${rows.map(() => marks).join(', ')}`,
    binds,
  );
}

function readCsv(file: string): string[][] {
  try {
    return parse(readFileSync(file), { bom: true }) as string[][];
  } catch (error) {
    const line = (error as { lines?: number }).lines ?? 1;
    throw new UserError(messageOf(error), { location: { file, line }, remedy: 'Correct the CSV.' });
  }
}

function nameOf({ target }: SampleFile): string {
  return joinName(target.split('.'));
}
