import { Socket } from 'node:net';

/** What one read takes at most; about what a fast server sends in REST_MS. */
const BUFFER_BYTES = 256 << 10;
/**
 * How long a bulk read leaves the socket alone before the next one. PostgreSQL sends eight kilobytes at a time: read as
 * they come they cost a turn of the event loop and two system calls each, half of the processor time of a COPY. The
 * kernel's buffer holds what comes meanwhile.
 */
const REST_MS = 1;

/** A TCP socket that reads into one buffer of its own, which is as fast as reading can be. Not for TLS. */
export class BulkSocket extends Socket {
  /**
   * While set, `data` gives views of the buffer: valid until the listener returns or, when it has paused the socket,
   * until it resumes it.
   */
  isBulk = false;

  constructor() {
    const receiver: { socket?: BulkSocket } = {};
    super({
      onread: {
        buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
        callback: (length, buffer) => receiver.socket!.#receive(Buffer.from(buffer.buffer, 0, length)),
      },
    });
    receiver.socket = this;
  }

  /** Returns whether to read on. */
  #receive(octets: Buffer): boolean {
    if (!this.isBulk) {
      this.emit('data', Buffer.from(octets));
      return true;
    }
    this.emit('data', octets);
    if (this.isPaused()) return false;
    if (!this.isBulk || octets.length === BUFFER_BYTES) return true;
    this.pause();
    setTimeout(() => this.resume(), REST_MS);
    return false;
  }
}
