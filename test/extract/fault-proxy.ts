import { createServer, request } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';

/** A proxy in front of a real service, on loopback; the fault is up to the caller. */
export interface FaultProxy extends AsyncDisposable {
  port: number;
}

/** What a proxy answers in the service's place; `reset` breaks the connection. */
export type Fault = 'reset' | { status: number; code: string };

/**
 * Forwards HTTP requests. `before` sees each one first and may hold it back for ever, end its sender or give a fault.
 */
export async function startHttpProxy(
  target: string,
  before: (method: string, path: string) => Promise<Fault | undefined>,
): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, answer) => {
    void before(incoming.method!, decodeURIComponent(incoming.url!)).then((fault) => {
      if (fault === 'reset') return incoming.destroy();
      if (fault) {
        answer.writeHead(fault.status, {
          'content-type': 'application/xml',
          'x-amz-request-id': 'FAULT0001',
        });
        answer.end(`<Error><Code>${fault.code}</Code><Message>${fault.code}</Message></Error>`);
        return incoming.resume();
      }
      const { method, url: path, headers } = incoming;
      const outgoing = request({ hostname, port, method, path, headers }, (response) => {
        answer.writeHead(response.statusCode!, response.headers);
        response.pipe(answer);
      });
      outgoing.on('error', () => answer.destroy());
      incoming.pipe(outgoing);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Forwards TCP; cuts the n-th connection (0-based) once `limitOf(n)` octets went to the client. */
export async function startTcpProxy(
  targetPort: number,
  limitOf: (connection: number) => number,
): Promise<FaultProxy> {
  let connections = 0;
  const server = createTcpServer((client) => {
    let left = limitOf(connections++);
    const upstream = connect(targetPort, '127.0.0.1');
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('error', cut).on('close', cut);
    upstream.on('error', cut).on('close', cut);
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      left -= chunk.length;
      if (left < 0) cut();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
