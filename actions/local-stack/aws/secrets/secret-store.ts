import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One value of a secret; exactly one of string and binary (base64) is set. */
export interface SecretVersion {
  id: string;
  /** Seconds since 1970. */
  created: number;
  stages: string[];
  string?: string;
  binary?: string;
}

export interface Secret {
  name: string;
  arn: string;
  description?: string;
  tags: { Key: string; Value: string }[];
  /** Seconds since 1970. */
  created: number;
  changed: number;
  /** Set while the secret waits for its deletion. */
  deleted?: number;
  versions: SecretVersion[];
}

/** Secrets as one file each, readable by their owner only, replaced whole. */
export class SecretStore {
  readonly #root: string;
  readonly #secrets = new Map<string, Secret>();

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(root: string): Promise<SecretStore> {
    const store = new SecretStore(join(root, 'secrets'));
    await mkdir(store.#root, { recursive: true, mode: 0o700 });
    for (const file of await readdir(store.#root)) {
      if (!file.endsWith('.json')) {
        await rm(join(store.#root, file));
        continue;
      }
      const secret = JSON.parse(await readFile(join(store.#root, file), 'utf8')) as Secret;
      store.#secrets.set(secret.name, secret);
    }
    return store;
  }

  /** By name, ARN, or ARN without its random ending. */
  find(id: string): Secret | undefined {
    const byName = this.#secrets.get(id);
    if (byName !== undefined || !id.startsWith('arn:')) return byName;
    return [...this.#secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  }

  /** In the order of their names. */
  all(): Secret[] {
    return [...this.#secrets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async save(secret: Secret): Promise<void> {
    const file = this.#file(secret.name);
    const temporary = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(temporary, JSON.stringify(secret), { mode: 0o600 });
    await rename(temporary, file);
    this.#secrets.set(secret.name, secret);
  }

  async remove(secret: Secret): Promise<void> {
    await rm(this.#file(secret.name), { force: true });
    this.#secrets.delete(secret.name);
  }

  #file(name: string): string {
    return join(this.#root, `${createHash('sha256').update(name).digest('hex')}.json`);
  }
}
