import { createHash } from 'node:crypto';
import { UserError } from './errors.ts';

/** One load of one table: `loadId` comes from the work itself (logical date, watermark range), never from the clock. */
export interface Load {
  source: string;
  table: string;
  /** YYYY-MM-DD */
  ingestDate: string;
  loadId: string;
}

/** Prefix of a load's objects, ending in a slash. Segments are checked, so a name cannot climb out of the prefix. */
export function loadPrefix(load: Load): string {
  return `${datePrefix(load)}load_id=${segment(load.loadId)}/`;
}

/** Prefix of all loads of a table and date, ending in a slash. */
export function datePrefix(loads: Omit<Load, 'loadId'>): string {
  return `${tablePrefix(loads)}ingest_date=${segment(loads.ingestDate)}/`;
}

/** Prefix of all loads of a table, ending in a slash: the path that the table's pipe reads. */
export function tablePrefix({ source, table }: Pick<Load, 'source' | 'table'>): string {
  return `bronze/${segment(source)}/${segment(table)}/`;
}

/**
 * Key of a load's n-th part (0-based), `extension` such as `parquet` or `json.gz`. `content` identifies what was read
 * at the source: Snowpipe never loads a file name again, so a rerun that reads something else needs other names, and
 * one that reads the same has the same.
 */
export function partKey(load: Load, content: string, part: number, extension: string): string {
  const tag = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return `${loadPrefix(load)}part-${tag}-${String(part).padStart(5, '0')}.${extension}`;
}

/** The manifest is the commit of a load: it is written last and never replaced. */
export function manifestKey(load: Load): string {
  return `${loadPrefix(load)}_manifest.json`;
}

/** Where a table's extract state (its watermark) lies. */
export function stateKey(source: string, table: string): string {
  return `_state/${segment(source)}/${segment(table)}.json`;
}

/** Prefix of the plan of a load that several processes extract, and of what they leave for its commit. */
export function planPrefix({ source, table, loadId }: Load): string {
  return `_state/${segment(source)}/${segment(table)}/load_id=${segment(loadId)}/`;
}

/** A name as one path segment: percent-encodes what S3, Snowflake patterns or a file path could misread. */
export function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') {
    throw new UserError(`"${name}" cannot be part of a lake key`, {
      remedy: 'Give the source or table another name.',
    });
  }
  return name.replace(/[^A-Za-z0-9._\-=]/gu, (character) =>
    encodeURIComponent(character).replace(/'/g, '%27'),
  );
}
