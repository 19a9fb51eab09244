import { alone, type Measure, median, seconds } from '../measure.ts';
import { forgetPeak, peakMemory } from '../process-facts.ts';
import type { World } from './world.ts';

const RUNS = 500;

/** The smallest round trip of the real driver. */
export const answer = {
  name: 'SELECT 1 through the driver, median',
  async measure({ session, server }: World): Promise<Measure> {
    const times: number[] = [];
    // The first ones compile both sides.
    for (let run = 0; run < 300; run++) await session.execute('SELECT 1');
    forgetPeak(server.pid);
    for (let run = 0; run < RUNS; run++) times.push(await seconds(() => session.execute('SELECT 1')));
    return alone(this.name, median(times), 0.004, peakMemory(server.pid));
  },
};
