import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP proxy before the local Snowflake that knows how many statements went through. */
export interface QueryProxy {
  url: string;
  /** Statements so far. */
  statements: string[];
  close(): void;
}

/**
 * `onAnswer` is called when the server has carried out statement number `count` (1-based), before its client knows;
 * `onStatement` when the statement has been sent on. Either returns false to cut the client's connection instead of
 * answering.
 */
export async function startQueryProxy(
  target: string,
  hooks: {
    /** Holds a statement back until it resolves. */
    beforeStatement?: (sql: string) => Promise<void>;
    onStatement?: (count: number, sql: string) => boolean;
    onAnswer?: (count: number, sql: string) => boolean | Promise<boolean>;
  },
): Promise<QueryProxy> {
  const statements: string[] = [];
  const seen = new Set<string>();
  const server = createServer(async (incoming, outgoing) => {
    const body = await read(incoming);
    const path = incoming.url ?? '';
    const isStatement = path.startsWith('/queries/v1/query-request');
    let [count, sql] = [0, ''];
    if (isStatement) {
      sql = (JSON.parse(body.toString()) as { sqlText: string }).sqlText;
      // A driver that asks again sends the same request id.
      const id = new URL(path, target).searchParams.get('requestId') ?? '';
      if (!seen.has(id)) statements.push(sql);
      seen.add(id);
      count = statements.length;
      await hooks.beforeStatement?.(sql);
    }
    const forwarded = request(`${target}${path}`, { method: incoming.method, headers: incoming.headers });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.on('response', async (answer) => {
      const text = await read(answer);
      if (isStatement && (await hooks.onAnswer?.(count, sql)) === false) outgoing.destroy();
      else send(outgoing, answer, text);
    });
    forwarded.end(body, () => {
      if (isStatement && hooks.onStatement?.(count, sql) === false) outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statements,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, answer: IncomingMessage, text: Buffer): void {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.end(text);
}
