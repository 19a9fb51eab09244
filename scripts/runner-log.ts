/**
 * A step's output as the runner shows it: `::add-mask::` values are taken out of everything that follows,
 * debug lines are left out, annotations read as text. Source: "Workflow commands for GitHub Actions".
 */
export class RunnerLog {
  readonly #masks = new Set<string>();
  readonly #write: (line: string) => void;
  #rest = '';
  #lines: string[] = [];

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** What was shown so far. */
  get text(): string {
    return this.#lines.join('\n');
  }

  /** Takes output as it comes, in pieces of any size. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#show(line);
  }

  /** Shows what came without a final newline. */
  end(): void {
    if (this.#rest !== '') this.#show(this.#rest);
    this.#rest = '';
  }

  /** A text with the masked values taken out. */
  mask(text: string): string {
    let masked = text;
    for (const value of this.#masks) masked = masked.replaceAll(value, '***');
    return masked;
  }

  #show(line: string): void {
    const command = /^::([a-z-]+)(?: ([^:]*(?:::)?[^:]*))?::(.*)$/s.exec(line);
    if (command === null) {
      this.#out(line);
      return;
    }
    const [, name, properties, value] = command;
    const data = decodeData(value!);
    if (name === 'add-mask') {
      if (data.trim() !== '') this.#masks.add(data);
    } else if (name === 'error' || name === 'warning' || name === 'notice') {
      const title = /(?:^|,)title=([^,]*)/.exec(properties ?? '')?.[1];
      const file = /(?:^|,)file=([^,]*)/.exec(properties ?? '')?.[1];
      const at = /(?:^|,)line=([^,]*)/.exec(properties ?? '')?.[1];
      const place = file === undefined ? '' : ` ${decodeData(file)}${at === undefined ? '' : `:${at}`}`;
      this.#out(`${name}${place}: ${title === undefined ? '' : `${decodeData(title)}: `}${data}`);
    } else if (name === 'group') {
      this.#out(data);
    } else if (name !== 'debug' && name !== 'endgroup') {
      this.#out(line);
    }
  }

  #out(line: string): void {
    const masked = this.mask(line);
    this.#lines.push(masked);
    this.#write(masked);
  }
}

function decodeData(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
