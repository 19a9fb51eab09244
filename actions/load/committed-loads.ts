import type { S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../shared/errors.ts';
import { datePrefix } from '../shared/lake.ts';
import { type Manifest, parseManifest } from '../shared/manifest.ts';
import type { Pipeline, Source } from '../shared/pipeline.ts';
import { listKeys, readObject } from '../shared/s3.ts';

/** A committed load and where it goes. */
export interface CommittedLoad {
  manifest: Manifest;
  /** SCHEMA.NAME of the bronze table. */
  target: string;
  /** SCHEMA.NAME of the pipe that fills it. */
  pipe: string;
}

/**
 * The loads of a date that have a manifest, in the order of the configuration. Sources of kind `csv` have none:
 * load-customers copies and counts their files itself.
 * @throws UserError when a table has no manifest for the date, naming what to run
 */
export async function findCommittedLoads(
  s3: S3Client,
  bucket: string,
  sources: [string, Source][],
  logicalDate: string,
): Promise<CommittedLoad[]> {
  const loads: CommittedLoad[] = [];
  const missing: { prefix: string; run: string }[] = [];
  for (const [name, source] of sources) {
    if (source.kind === 'csv') continue;
    for (const { name: table, target, pipe } of source.tables) {
      const prefix = datePrefix({ source: name, table, ingestDate: logicalDate });
      const keys = (await listKeys(s3, bucket, prefix)).filter((key) => key.endsWith('/_manifest.json'));
      if (keys.length === 0) missing.push({ prefix, run: `${committer(source)} with source ${name}` });
      for (const key of keys) {
        const stored = await readObject(s3, bucket, key);
        if (stored === undefined) {
          throw new UserError(`s3://${bucket}/${key} was removed while it was read`, {
            remedy: 'Find out who removes manifests, then run again.',
          });
        }
        loads.push({ manifest: parseManifest(stored.text, `s3://${bucket}/${key}`), target, pipe });
      }
    }
  }
  if (missing.length > 0) {
    const places = missing.map(({ prefix }) => `s3://${bucket}/${prefix}`).join(', ');
    const actions = [...new Set(missing.map(({ run }) => run))].join(', and ');
    throw new UserError(`no load of ${logicalDate} is committed under ${places}`, {
      remedy: `Run ${actions} and logical-date ${logicalDate}, then load again; or leave the source out of "sources".`,
    });
  }
  return loads;
}

/** The sources of these names, or all. @throws UserError for a name that is not configured */
export function chooseSources(config: Pipeline, names: readonly string[] | undefined): [string, Source][] {
  const all = Object.entries(config.sources);
  if (names === undefined) return all;
  const known = all.map(([name]) => name).join(', ');
  if (names.length === 0) {
    throw new UserError('the list of sources is empty', {
      remedy: 'Leave "sources" out to load all of them.',
    });
  }
  for (const name of names) {
    if (name in config.sources) continue;
    throw new UserError(`there is no source "${name}" in the pipeline configuration`, {
      remedy: `Use some of: ${known}.`,
    });
  }
  return all.filter(([name]) => names.includes(name));
}

function committer(source: Source): string {
  return source.kind === 'postgres' ? 'the action extract' : 'the action ingest-catalog';
}
