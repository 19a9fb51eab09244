import { timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StatementResult } from './result.ts';
import type { ResultChunk } from './result-chunks.ts';

interface KeptResult {
  user: string;
  result: StatementResult;
  /** Bytes in memory and on disk. */
  memory: number;
  disk: number;
}

/** Bytes of rows that are kept in memory, over all sessions. */
const MEMORY_BYTES = 128 * 1024 ** 2;
/** Bytes of chunks that are kept on disk, over all sessions. */
const DISK_BYTES = 16 * 1024 ** 3;
const RESULTS = 20_000;

/**
 * The results of the account's statements, by query id: for RESULT_SCAN and for drivers that fetch a result again,
 * also from another session of the same user. An account keeps them for 24 hours; here the oldest go when there are
 * too many, and all when the server stops.
 */
export class KeptResults {
  readonly #directory: string;
  readonly #results = new Map<string, KeptResult>();
  #memory = 0;
  #disk = 0;

  /** Results that a server left that was killed are removed. */
  constructor(filesDirectory: string) {
    this.#directory = join(filesDirectory, 'results');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Where the chunks of a statement's result go. */
  directoryOf(queryId: string): string {
    return join(this.#directory, queryId);
  }

  keep(queryId: string, user: string, result: StatementResult): void {
    const kept: KeptResult = {
      user,
      result,
      memory: sizeOf(result),
      disk: (result.chunks ?? []).reduce((sum, chunk) => sum + chunk.compressedSize, 0),
    };
    this.#results.set(queryId, kept);
    this.#memory += kept.memory;
    this.#disk += kept.disk;
    for (const [id, oldest] of this.#results) {
      const fits = this.#memory <= MEMORY_BYTES && this.#disk <= DISK_BYTES && this.#results.size <= RESULTS;
      if (fits || id === queryId) break;
      this.#forget(id, oldest);
    }
  }

  /** Undefined for a statement of another user, or one whose result is gone. */
  get(queryId: string, user: string): StatementResult | undefined {
    const kept = this.#results.get(queryId);
    return kept?.user === user ? kept.result : undefined;
  }

  /** A chunk of a result, by its number from 1, for who knows the result's key. */
  chunk(queryId: string, key: string, number: number): ResultChunk | undefined {
    const result = this.#results.get(queryId)?.result;
    if (result?.chunkKey === undefined || !isEqual(key, result.chunkKey)) return undefined;
    return result.chunks?.[number - 1];
  }

  #forget(id: string, kept: KeptResult): void {
    this.#results.delete(id);
    this.#memory -= kept.memory;
    this.#disk -= kept.disk;
    const file = kept.result.chunks?.[0]?.file;
    if (file !== undefined) rmSync(dirname(file), { recursive: true, force: true });
  }
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function sizeOf({ rows }: StatementResult): number {
  let size = 200;
  for (const row of rows) for (const value of row) size += 16 + 2 * (value?.length ?? 0);
  return size;
}
