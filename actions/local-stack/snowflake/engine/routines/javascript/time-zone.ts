/** Minutes behind UTC by quarter of an hour: zones change at none other. */
const known = new Map<number, number>();
let format: Intl.DateTimeFormat | null = null;
let current = '';

/** Sets the zone in which this thread's interpreter has its local time: it asks the thread's Date for the offset. */
export function setTimeZone(zone: string): void {
  if (zone === current) return;
  current = zone;
  known.clear();
  format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  Date.prototype.getTimezoneOffset = function getTimezoneOffset(this: Date): number {
    const quarter = Math.floor(this.getTime() / 900_000);
    const found = known.get(quarter) ?? offsetAt(quarter * 900_000);
    if (known.size > 10_000) known.clear();
    known.set(quarter, found);
    return found;
  };
}

function offsetAt(milliseconds: number): number {
  if (!Number.isFinite(milliseconds)) return Number.NaN;
  const name = format!.formatToParts(milliseconds).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  if (sign === undefined) return 0;
  const behind = Number(hours) * 60 + Number(minutes);
  return sign === '+' ? -behind : behind;
}
