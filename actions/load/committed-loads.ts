import type { S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../shared/errors.ts';
import { keyTableOf } from '../shared/key-tables.ts';
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
  /** All keys of a table rather than rows. */
  isKeySet: boolean;
}

/** A table of the configuration that is loaded from the lake. */
export interface LakeTable {
  source: string;
  kind: 'postgres' | 'api';
  table: string;
  target: string;
  pipe: string;
  isKeySet: boolean;
}

/**
 * The loads of a date that have a manifest, in the order of the tables.
 * @throws UserError when a table has no manifest for the date, naming what to run
 */
export async function findCommittedLoads(
  s3: S3Client,
  bucket: string,
  tables: LakeTable[],
  logicalDate: string,
): Promise<CommittedLoad[]> {
  const loads: CommittedLoad[] = [];
  const missing: { prefix: string; run: string }[] = [];
  for (const { source, kind, table, target, pipe, isKeySet } of tables) {
    const prefix = datePrefix({ source, table, ingestDate: logicalDate });
    const keys = (await listKeys(s3, bucket, prefix)).filter((key) => key.endsWith('/_manifest.json'));
    if (keys.length === 0) missing.push({ prefix, run: `${committer(kind)} with source ${source}` });
    for (const key of keys) {
      const stored = await readObject(s3, bucket, key);
      if (stored === undefined) {
        throw new UserError(`s3://${bucket}/${key} was removed while it was read`, {
          remedy: 'Find out who removes manifests, then run again.',
        });
      }
      const manifest = parseManifest(stored.text, `s3://${bucket}/${key}`);
      loads.push({ manifest, target, pipe, isKeySet });
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

/**
 * The tables of these names, or all, each followed by its keys where deletes are reconciled. Sources of kind `csv` have none on the lake: load-customers copies and counts
 * their files itself.
 * @throws UserError for a name that none of the sources has
 */
export function chooseTables(sources: [string, Source][], names: readonly string[] | undefined): LakeTable[] {
  const all = sources.flatMap(([source, config]) => lakeTables(source, config));
  if (names === undefined) return all.flat();
  for (const name of names) {
    if (all.some(([{ table }]) => table === name)) continue;
    throw new UserError(
      `no table "${name}" of ${sources.map(([source]) => source).join(', ')} is on the lake`,
      {
        remedy: `Use some of: ${all.map(([{ table }]) => table).join(', ') || '(none)'}.`,
      },
    );
  }
  return all.filter(([{ table }]) => names.includes(table)).flat();
}

/** A table of the lake, and the table of its keys if there is one. */
function lakeTables(source: string, config: Source): [LakeTable, ...LakeTable[]][] {
  if (config.kind === 'csv') return [];
  const { kind, tables } = config;
  return tables.map((table) => {
    const { name, target, pipe } = table;
    const keys =
      'deletes' in table && table.deletes === 'reconcile'
        ? [{ source, kind, ...keyTableOf(table), isKeySet: true }]
        : [];
    return [{ source, kind, table: name, target, pipe, isKeySet: false }, ...keys];
  });
}

function committer(kind: LakeTable['kind']): string {
  return kind === 'postgres' ? 'the action extract' : 'the action ingest-catalog';
}
