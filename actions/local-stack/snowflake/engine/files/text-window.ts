import { open } from 'node:fs/promises';

/** A part of a file in memory: `buffer` from `start` to `end`. */
export interface TextWindow {
  buffer: Buffer;
  start: number;
  end: number;
  /** Of buffer[0] in the file. */
  offset: number;
  /** The file ends at `end`. */
  last: boolean;
}

const CHUNK = 4 << 20;

/**
 * Passes a file through a window. `consume` moves `start` over what it has used; what is left stays in the window
 * with more of the file after it, twice as much each time nothing was used, so that the work stays linear.
 */
export async function readText(
  path: string,
  skipByteOrderMark: boolean,
  consume: (window: TextWindow) => Promise<'stop' | undefined>,
  from = 0,
): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const window: TextWindow = {
      buffer: Buffer.allocUnsafe(CHUNK),
      start: 0,
      end: 0,
      offset: from,
      last: false,
    };
    let position = from;
    for (;;) {
      const { bytesRead } = await handle.read(
        window.buffer,
        window.end,
        window.buffer.length - window.end,
        position,
      );
      position += bytesRead;
      window.end += bytesRead;
      window.last = bytesRead === 0;
      if (!window.last && window.end < window.buffer.length) continue;
      if (skipByteOrderMark && window.offset === 0 && window.start === 0) window.start = markLength(window);
      if ((await consume(window)) === 'stop' || window.last) return;
      shift(window);
    }
  } finally {
    await handle.close();
  }
}

function shift(window: TextWindow): void {
  const kept = window.end - window.start;
  const target =
    kept * 2 > window.buffer.length ? Buffer.allocUnsafe(window.buffer.length * 2) : window.buffer;
  window.buffer.copy(target, 0, window.start, window.end);
  window.offset += window.start;
  window.buffer = target;
  window.start = 0;
  window.end = kept;
}

function markLength({ buffer, end }: TextWindow): number {
  return end >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
}
