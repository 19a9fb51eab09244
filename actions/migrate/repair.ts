import { UserError } from '../shared/errors.ts';
import { migrationEvent } from './apply.ts';
import { type History, isDone, isUntouched, type MigrationEvent } from './history.ts';
import type { MigrationDirectory, MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import type { NewEvent } from './recorder.ts';

/**
 * `forget`: nothing of it is in place, it is pending again (or gone with its file). `applied`: all of it is in place.
 * `checksum`: the edited file is what was applied.
 */
export const REPAIRS = ['forget', 'applied', 'checksum'] as const;
export type Repair = (typeof REPAIRS)[number];

export interface RepairRequest {
  /** Name of the migration or undo script, without `.sql`. */
  migration: string;
  repair: Repair;
  /** Kept in the history. */
  reason: string;
}

/** @throws UserError when one of the inputs is missing */
export function requireRepair(
  request: {
    [Key in keyof RepairRequest]?: RepairRequest[Key] | undefined;
  },
): RepairRequest {
  const { migration, repair, reason } = request;
  if (migration !== undefined && repair !== undefined && reason !== undefined)
    return { migration: migration.replace(/\.sql$/, ''), repair, reason };
  throw new UserError('mode "repair" needs the inputs "migration", "repair" and "reason"', {
    remedy: `Name the migration, say what is true of it (${REPAIRS.join(', ')}) and why.`,
  });
}

/**
 * What to record after a person has set things right by hand.
 * @throws UserError where the history or the files do not fit what is said
 */
export function repairEvents(
  directory: MigrationDirectory,
  history: History,
  request: RepairRequest,
): NewEvent[] {
  const { migration: name, repair, reason } = request;
  const file = [...directory.migrations, ...directory.undos.values()].find((one) => one.name === name);
  const event = history.migrations.get(name) ?? history.undos.get(name);
  if (event === undefined)
    throw refused(name, 'the history knows no such migration', 'Give its whole name, such as V012__orders.');
  const isPart = !isDone(event) && !isUntouched(event);
  const asIs: NewEvent = { ...migrationEvent({ ...event, ...file }, 'applied'), note: reason };
  if (repair === 'forget') {
    const isGone = isDone(event) && file === undefined;
    if (!isPart && !isGone)
      throw refused(
        name,
        `it is ${STATES[event.status]}, not in part`,
        'Only what ended in part, or is gone from the files, can be forgotten.',
      );
    return [{ ...asIs, checksum: event.checksum, status: 'forgotten' }];
  }
  if (file === undefined)
    throw refused(name, 'there is no such file', 'Restore it, or repair with "forget".');
  if (repair === 'applied') {
    if (!isPart)
      throw refused(name, `it is ${STATES[event.status]}, not in part`, 'Nothing is to be repaired.');
    return [asIs, ...undoneBy(file, directory)];
  }
  if (file.kind === 'undo' || !isDone(event) || event.checksum === file.checksum)
    throw refused(name, 'it was not edited after it was applied', 'Nothing is to be repaired.');
  return [{ ...asIs, status: event.status }];
}

/** When all of an undo script is done, its migration is undone. */
function undoneBy(file: MigrationFile, { migrations }: MigrationDirectory): NewEvent[] {
  if (file.kind !== 'undo') return [];
  return migrations
    .filter(({ version }) => version !== null && compareVersions(version, file.version ?? '') === 0)
    .map((undone) => migrationEvent(undone, 'undone'));
}

const STATES: Record<MigrationEvent['status'], string> = {
  applying: 'applied in part',
  failed: 'applied in part',
  applied: 'applied',
  baseline: 'taken as applied',
  undone: 'undone',
  forgotten: 'forgotten',
};

function refused(name: string, why: string, remedy: string): UserError {
  return new UserError(`${name} cannot be repaired: ${why}`, { remedy });
}
