import { mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Get, Property, Put } from '../../../../shared/sql/ast.ts';
import { compilationError, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { booleanProperty, numberProperty, requireKnown, stringProperty } from '../objects/properties.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { listFiles, matchPattern } from './stage-files.ts';
import { type Location, resolveLocation } from './stage-location.ts';

/** Files of at least this size a driver would send in parts to a cloud; nothing to a local stage. */
const THRESHOLD = 209_715_200;
const COMPRESSIONS = ['AUTO_DETECT', 'GZIP', 'BZ2', 'BROTLI', 'ZSTD', 'DEFLATE', 'RAW_DEFLATE', 'NONE'];

/**
 * PUT: where the driver copies its files to. It moves them itself and reports on them, the server sees only the
 * directory. Source: the driver's file transfer agent (LOCAL_FS stages).
 */
export async function put(statement: Put, session: Session, _run: Run): Promise<StatementResult> {
  const { options } = statement;
  requireKnown(options, ['PARALLEL', 'AUTO_COMPRESS', 'SOURCE_COMPRESSION', 'OVERWRITE'], 'PUT');
  const location = resolveLocation(statement.location, session);
  const directory = requireInternal(location);
  const target = join(directory, location.path);
  await mkdir(target, { recursive: true });
  const compression = (stringProperty(options, 'SOURCE_COMPRESSION') ?? 'AUTO_DETECT').toUpperCase();
  if (!COMPRESSIONS.includes(compression)) {
    throw compilationError(
      '001021',
      '22023',
      `invalid value [${compression}] for parameter 'SOURCE_COMPRESSION'`,
    );
  }
  return transfer({
    command: 'UPLOAD',
    src_locations: [statement.file],
    parallel: parallel(options),
    autoCompress: booleanProperty(options, 'AUTO_COMPRESS') ?? true,
    overwrite: booleanProperty(options, 'OVERWRITE') ?? false,
    sourceCompression: compression.toLowerCase(),
    stageInfo: stageInfo(target),
  });
}

/** GET: which files the driver copies from where. */
export async function get(statement: Get, session: Session, _run: Run): Promise<StatementResult> {
  const { options } = statement;
  requireKnown(options, ['PARALLEL', 'PATTERN'], 'GET');
  const location = resolveLocation(statement.location, session);
  const directory = requireInternal(location);
  const pattern = stringProperty(options, 'PATTERN') ?? null;
  const files = matchPattern(await listFiles(session.engine, location), pattern);
  // The driver names a file by what follows the folder that it asked for.
  const folder =
    location.path.endsWith('/') || location.path === '' ? location.path : folderOf(location, files);
  return transfer({
    command: 'DOWNLOAD',
    src_locations: files.map((file) => file.path.slice(folder.length)),
    localLocation: statement.file,
    parallel: parallel(options),
    overwrite: true,
    stageInfo: stageInfo(join(directory, folder)),
  });
}

/** A path without a slash at its end is a folder when files lie in it, else the start of names. */
function folderOf(location: Location, files: { path: string }[]): string {
  const folder = `${location.path}/`;
  if (files.every((file) => file.path.startsWith(folder))) return folder;
  const parent = posix.dirname(location.path);
  return parent === '.' ? '' : `${parent}/`;
}

/** @throws SnowflakeError 091003: files in a cloud are moved by the cloud's own tools */
function requireInternal(location: Location): string {
  if (location.root.kind === 'directory') return location.root.path;
  throw new SnowflakeError(
    '253003',
    '0A000',
    'SQL compilation error:\nGET and PUT commands are not supported with external stage',
  );
}

function parallel(options: Property[]): number {
  const value = numberProperty(options, 'PARALLEL') ?? 4;
  if (Number.isInteger(value) && value >= 1 && value <= 99) return value;
  throw compilationError('001021', '22023', `invalid value [${value}] for parameter 'PARALLEL'`);
}

function stageInfo(location: string): Record<string, unknown> {
  return { locationType: 'LOCAL_FS', location: `${location}/`, path: '', region: null, creds: {} };
}

function transfer(answer: Record<string, unknown>): StatementResult {
  return {
    columns: [],
    rows: [],
    type: 'SELECT',
    rowsAffected: 0,
    transfer: {
      threshold: THRESHOLD,
      presignedUrls: [],
      encryptionMaterial: null,
      clientShowEncryptionParameter: false,
      ...answer,
    },
  };
}
