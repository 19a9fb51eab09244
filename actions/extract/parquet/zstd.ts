import { availableParallelism } from 'node:os';
import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib';

/**
 * One hash table of 8 Ki entries that stays in the processor's cache, matches of five octets or more: on pages of a
 * megabyte that is twice as fast as level 3 and no larger.
 */
const PARAMS = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_strategy]: constants.ZSTD_fast,
  [constants.ZSTD_c_minMatch]: 5,
  [constants.ZSTD_c_hashLog]: 13,
};
/** Room for what a page gives: less means another turn of the event loop. */
const CHUNK_BYTES = 1 << 20;

/**
 * Compresses one frame after another. A stream that ends a frame with each write keeps zstd's context and its tables,
 * which to make anew costs a page of a megabyte a fifth of its time. The work is done on a libuv thread.
 */
class FrameCompressor {
  readonly #stream: ZstdCompress;
  /** Of the frame being compressed: the stream takes one write after another. */
  #pieces: Buffer[] = [];

  constructor() {
    this.#stream = createZstdCompress({
      flush: constants.ZSTD_e_end,
      chunkSize: CHUNK_BYTES,
      params: PARAMS,
    });
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
    // Each write is told of it.
    this.#stream.on('error', () => {});
  }

  compress(raw: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#stream.write(raw, (error) => {
        if (error) reject(error);
        else resolve(joined(this.#pieces));
        this.#pieces = [];
      });
    });
  }
}

const compressors: FrameCompressor[] = [];
let next = 0;

/** One zstd frame of these octets. As many at once as there are processors; more wait their turn. */
export function zstdFrame(raw: Buffer): Promise<Buffer> {
  const index = next++ % availableParallelism();
  const compressor = compressors[index] ?? new FrameCompressor();
  compressors[index] = compressor;
  return compressor.compress(raw);
}

/** A copy: the pieces lie in the stream's buffer, all of which they would keep in memory. */
function joined(pieces: readonly Buffer[]): Buffer {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const frame = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const piece of pieces) at += piece.copy(frame, at);
  return frame;
}
