import { Cron } from 'croner';
import type { Position } from '../../../../shared/sql/position.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';

/** Shortest and longest interval, in seconds: 10 seconds and 8 days. Source: docs.snowflake.com, CREATE TASK, SCHEDULE. */
const INTERVAL_BOUNDS = [10, 691_200] as const;
const HOUR_MS = 3_600_000;

/**
 * When a schedule is next due, microseconds since 1970, after `after`.
 * `'n MINUTES'` counts from the last run; `'USING CRON m h dom mon dow TZ'` is a calendar.
 */
export function nextRun(schedule: string, after: number): number {
  const interval = /^(\d+)\s*(M|MINUTES?|S|SECONDS?|H|HOURS?)$/i.exec(schedule.trim());
  if (interval !== null) {
    const unit = { S: 1, M: 60, H: 3600 }[interval[2]!.charAt(0).toUpperCase() as 'S' | 'M' | 'H'];
    const seconds = Number(interval[1]) * unit;
    if (seconds < INTERVAL_BOUNDS[0] || seconds > INTERVAL_BOUNDS[1])
      throw new Error('an interval is from 10 seconds to 11520 minutes');
    return after + seconds * 1_000_000;
  }
  const match = /^USING\s+CRON\s+((?:\S+\s+){5})(\S+)$/i.exec(schedule.trim());
  if (match === null) throw new Error('unknown form');
  return nextCronRun(match[1]!.trim(), match[2]!, Math.floor(after / 1000)) * 1000;
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

/**
 * The next instant (ms) at which a clock on the wall of that zone shows a time of the calendar. A time that summer
 * time leaves out does not come; one that its end repeats comes twice. Source: docs.snowflake.com, CREATE TASK, SCHEDULE.
 */
function nextCronRun(pattern: string, zone: string, afterMs: number): number {
  const offsetAt = offsets(zone);
  const cron = new Cron(pattern, { timezone: 'UTC', paused: true });
  // The calendar is asked in wall-clock time, written as if it were UTC.
  let wall = afterMs + offsetAt(afterMs) - 3 * HOUR_MS;
  let best: number | null = null;
  for (;;) {
    const next = cron.nextRun(new Date(wall));
    if (next === null) throw new Error(`'${pattern}' never comes due`);
    wall = next.getTime();
    for (const offset of new Set([offsetAt(wall - 24 * HOUR_MS), offsetAt(wall + 24 * HOUR_MS)])) {
      const instant = wall - offset;
      const shows = offsetAt(instant) === offset;
      if (shows && instant > afterMs && (best === null || instant < best)) best = instant;
    }
    // A repeated hour may bring a later time of the clock before an earlier one.
    if (best !== null && wall > best + offsetAt(best) + 2 * HOUR_MS) return best;
  }
}

/** Offset of a zone from UTC in ms at an instant. @throws RangeError for a zone that does not exist */
function offsets(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  return (instant) => {
    const second = Math.floor(instant / 1000) * 1000;
    const part = Object.fromEntries(format.formatToParts(second).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, minute, second: seconds } = part;
    return (
      Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(seconds)) -
      second
    );
  };
}
