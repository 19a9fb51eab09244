import { join } from 'node:path';
import type { StageLocation } from '../../../../shared/sql/ast.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import {
  compilationError,
  doesNotExist,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import { formatName, fullName } from '../names.ts';
import type { FileFormatReference, FormatValue, StageRecord } from '../objects.ts';
import type { Session } from '../session.ts';

/** Where staged files lie: a stage and a path in it. */
export interface Location {
  root: { kind: 'directory'; path: string } | { kind: 's3'; bucket: string; prefix: string };
  /** The named stage; null for a user's or a table's stage, or a bare URL. */
  stage: StageRecord | null;
  /** What paths in the stage start with; never climbs out of it. */
  path: string;
  /** Before a file's path in LIST and COPY: `mystage/`, `s3://bucket/prefix/`, or nothing for user and table stages. */
  label: string;
  /** Before a file's path in METADATA$FILENAME: the key's prefix for S3, else nothing. */
  metadataPrefix: string;
  fileFormat: FileFormatReference | null;
  copyOptions: Record<string, FormatValue>;
  /** As messages name it: `@DB.S.STAGE`. */
  name: string;
}

/** Finds the stage that a location names. @throws doesNotExist; SnowflakeError for a path that climbs out */
export function resolveLocation(location: StageLocation, session: Session): Location {
  switch (location.kind) {
    case 'userStage':
      return {
        ...internal(session.engine, `user-${hex(session.user)}`),
        path: checkedPath(location.path, location.start),
        label: '',
        name: '@~',
      };
    case 'tableStage': {
      const name = fullName(
        location.table.map((part) => part.name),
        session,
      );
      const table = session.engine.catalog.find(['TABLE'], name.database, name.schema, name.name, session.id);
      if (table === undefined) throw doesNotExist('Table', formatName(name), location.start);
      return {
        ...internal(session.engine, `table-${table.id}`),
        path: checkedPath(location.path, location.start),
        label: '',
        name: `@%${formatName(name)}`,
      };
    }
    case 'namedStage': {
      const name = fullName(
        location.stage.map((part) => part.name),
        session,
      );
      const stage = session.engine.catalog.find(['STAGE'], name.database, name.schema, name.name, session.id);
      if (stage === undefined) throw doesNotExist('Stage', formatName(name), location.start);
      return stageLocation(session.engine, stage, checkedPath(location.path, location.start));
    }
    case 'url': {
      if (/^(gcs|azure|https?):\/\//.test(location.url))
        throw notSupportedHere(`the location '${location.url}'`, location.start);
      const { bucket, prefix } = parseS3Url(location.url, location.start);
      return {
        root: { kind: 's3', bucket, prefix: '' },
        stage: null,
        path: prefix,
        label: `s3://${bucket}/`,
        metadataPrefix: '',
        fileFormat: null,
        copyOptions: {},
        name: location.url,
      };
    }
  }
}

/** A path in a named stage. */
export function stageLocation(engine: Engine, stage: StageRecord, path: string): Location {
  const common = {
    stage,
    path,
    fileFormat: stage.fileFormat,
    copyOptions: stage.copyOptions,
    name: `@${formatName(stage)}`,
  };
  if (stage.url === null) {
    return { ...internal(engine, String(stage.id)), ...common, label: `${stage.name.toLowerCase()}/` };
  }
  const { bucket, prefix } = parseS3Url(stage.url);
  // Without a slash at its end the URL is a prefix of names; with a path it is a folder.
  const folder = path === '' || prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return {
    ...common,
    root: { kind: 's3', bucket, prefix: folder },
    label: `s3://${bucket}/${folder}`,
    metadataPrefix: folder,
  };
}

/** The directory of an internal stage's files: below `files`, which is all that DuckDB may read. */
export function stageDirectory(engine: Engine, stageKey: string): string {
  return join(engine.database.filesDirectory, 'stages', stageKey);
}

/** @throws SnowflakeError for what is no s3:// URL */
export function parseS3Url(url: string, position?: Position): { bucket: string; prefix: string } {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url);
  if (found === null) {
    throw compilationError('001011', '22023', `invalid URL prefix found in: '${url}'`, position);
  }
  return { bucket: found[1]!, prefix: found[2] ?? '' };
}

function internal(engine: Engine, key: string): Omit<Location, 'path' | 'label' | 'name'> {
  return {
    root: { kind: 'directory', path: stageDirectory(engine, key) },
    stage: null,
    metadataPrefix: '',
    fileFormat: null,
    copyOptions: {},
  };
}

/** Paths come from SQL text: none may leave the stage. @throws SnowflakeError 002022 */
export function checkedPath(path: string, position?: Position): string {
  const segments = path.split('/');
  const bad = path.startsWith('/') || path.includes('\0') || path.includes('\\') || segments.includes('..');
  if (bad || segments.includes('.')) {
    throw new SnowflakeError(
      '002022',
      '02000',
      `SQL compilation error:\ninvalid stage path '${path.replaceAll('\0', '\\0')}': it may not leave its stage.`,
      { position },
    );
  }
  return path;
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
