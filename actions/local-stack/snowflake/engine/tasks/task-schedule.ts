import { Cron } from 'croner';
import type { Position } from '../../../../shared/sql/position.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';

/**
 * When a schedule is next due, microseconds since 1970, after `after`.
 * `'n MINUTES'` counts from the last run; `'USING CRON m h dom mon dow TZ'` is a calendar.
 */
export function nextRun(schedule: string, after: number): number {
  const interval = /^(\d+)\s*(M|MINUTES?|S|SECONDS?|H|HOURS?)$/i.exec(schedule.trim());
  if (interval !== null) {
    if (Number(interval[1]) === 0) throw new Error('an interval is longer than nothing');
    const unit = { S: 1, M: 60, H: 3600 }[interval[2]!.charAt(0).toUpperCase() as 'S' | 'M' | 'H'];
    return after + Number(interval[1]) * unit * 1_000_000;
  }
  const cron = cronOf(schedule);
  const next = cron?.nextRun(new Date(Math.floor(after / 1000)));
  if (next === null || next === undefined) throw new Error(`schedule '${schedule}' never comes due`);
  return next.getTime() * 1000;
}

/** @throws SnowflakeError naming the schedule */
export function validateSchedule(schedule: string, position: Position): void {
  try {
    nextRun(schedule, 0);
  } catch (error) {
    throw compilationError(
      '091088',
      '22023',
      `Invalid schedule '${schedule}': write '5 MINUTES' or 'USING CRON 0 3 * * * UTC' (${error instanceof Error ? error.message : error})`,
      position,
    );
  }
}

function cronOf(schedule: string): Cron | undefined {
  const match = /^USING\s+CRON\s+((?:\S+\s+){5})(\S+)$/i.exec(schedule.trim());
  if (match === null) throw new Error('unknown form');
  return new Cron(match[1]!.trim(), { timezone: match[2]!, paused: true });
}
