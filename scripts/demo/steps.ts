/** Progress of the demo: one line when a step begins, one with its seconds and figures when it ends. */
export class Steps {
  readonly #quiet: boolean;
  /** By `heading: step`. */
  readonly seconds: Record<string, number> = {};
  #heading = '';

  readonly #signal: AbortSignal;

  constructor(quiet: boolean, signal: AbortSignal) {
    this.#quiet = quiet;
    this.#signal = signal;
  }

  /** Runs a step unless the demo is being stopped; `describe` makes the text of its last line from the result. */
  async run<T>(name: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T> {
    this.#signal.throwIfAborted();
    const started = performance.now();
    const result = await work();
    this.#signal.throwIfAborted();
    const seconds = (performance.now() - started) / 1000;
    this.seconds[`${this.#heading}: ${name}`] = Math.round(seconds * 1000) / 1000;
    this.say(`  ✓ ${name.padEnd(34)} ${seconds.toFixed(1).padStart(5)} s   ${describe(result)}`);
    return result;
  }

  heading(text: string): void {
    this.#heading = text;
    this.say(`\n${text}`);
  }

  say(text: string): void {
    if (!this.#quiet) console.log(text);
  }
}
