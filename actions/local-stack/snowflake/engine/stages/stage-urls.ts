import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { doesNotExist, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import { formatName, fullName } from '../names.ts';
import type { StageRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { checkedPath } from './stage-location.ts';

/** A staged file as a Snowflake file URL. Source: docs.snowflake.com, BUILD_STAGE_FILE_URL. */
export function fileUrl(stage: StageRecord, path: string, engine: Engine): string {
  const account = (engine.options.account ?? 'LOCAL').toLowerCase();
  return `https://${account}.snowflakecomputing.com/api/files/${stage.database}/${stage.schema}/${stage.name}/${path}`;
}

/** BUILD_STAGE_FILE_URL(@stage, 'path') */
export function stageFileUrl(stage: string, path: string, session: Session): string {
  return fileUrl(stageNamed(stage, session), checkedPath(path), session.engine);
}

/** GET_STAGE_LOCATION(@stage): its URL. */
export function stageUrl(stage: string, session: Session): string {
  const { url } = stageNamed(stage, session);
  if (url !== null) return url.endsWith('/') ? url : `${url}/`;
  return fileUrl(stageNamed(stage, session), '', session.engine);
}

/** GET_ABSOLUTE_PATH(@stage, 'path') */
export function absolutePath(stage: string, path: string, session: Session): string {
  return stageUrl(stage, session) + checkedPath(path);
}

/** GET_RELATIVE_PATH(@stage, 'url'): what follows the stage's own URL. */
export function relativePath(stage: string, path: string, session: Session): string {
  const start = stageUrl(stage, session);
  if (path.startsWith(start)) return path.slice(start.length);
  throw new SnowflakeError('091042', '22023', `Path '${path}' is not a valid path of stage ${stage}.`);
}

function stageNamed(text: string, session: Session): StageRecord {
  const name = fullName(
    parseObjectName(text.replace(/^@/, '').replace(/\/$/, '')).map((part) => part.name),
    session,
  );
  const stage = session.engine.catalog.find(['STAGE'], name.database, name.schema, name.name, session.id);
  if (stage === undefined) throw doesNotExist('Stage', formatName(name));
  return stage;
}
