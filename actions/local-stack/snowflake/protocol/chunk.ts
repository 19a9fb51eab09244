import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ServerState } from './server.ts';

/**
 * GET /results/<query id>/<number>?key=…: a chunk of a large result, gzip as it lies on disk. Drivers fetch it as they
 * do an object of a cloud's store: without a token, so the key in the address is what lets them in.
 */
export async function serveChunk(
  query: URLSearchParams,
  response: ServerResponse,
  { engine }: ServerState,
): Promise<void> {
  const chunk = engine.results.chunk(
    query.get('id') ?? '',
    query.get('key') ?? '',
    Number(query.get('number')),
  );
  if (chunk === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('There is no such chunk, or its result has expired.');
    return;
  }
  response.writeHead(200, {
    'content-type': 'binary/octet-stream',
    'content-encoding': 'gzip',
    'content-length': chunk.compressedSize,
  });
  await pipeline(createReadStream(chunk.file), response);
}
