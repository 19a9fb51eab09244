import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../shared/errors.ts';
import type { ObjectCreated } from './aws/s3/exchange.ts';

/** Hands S3 events on in the order in which the objects appeared. */
export interface EventForwarder {
  push(event: ObjectCreated): void;
  /** Gives up what is still waiting. */
  stop(): Promise<void>;
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 30_000;

/** Posts each event to `url` as an S3 event notification; one that cannot be delivered is reported, not kept. */
export function forwardEvents(url: string): EventForwarder {
  const stopped = new AbortController();
  let tail: Promise<void> = Promise.resolve();
  return {
    push(event) {
      tail = tail.then(() => deliver(url, event, stopped.signal));
    },
    async stop() {
      stopped.abort();
      await tail;
    },
  };
}

async function deliver(url: string, event: ObjectCreated, stopped: AbortSignal): Promise<void> {
  const { bucket, key, size, eTag } = event;
  const body = JSON.stringify({
    Records: [{ s3: { bucket: { name: bucket }, object: { key, size, eTag } } }],
  });
  for (let attempt = 1; !stopped.aborted; attempt++) {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      throw new Error(`HTTP ${answer.status}`);
    } catch (error) {
      if (stopped.aborted) return;
      if (attempt === ATTEMPTS) {
        console.error(`S3 event for s3://${bucket}/${key} was not delivered: ${messageOf(error)}`);
        return;
      }
      await pause(50 * 2 ** attempt, undefined, { ref: false });
    }
  }
}
