import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Comment {
  id: number;
  body: string;
  user: { type: 'Bot' | 'User' };
}

/** The few REST routes of GitHub that comments need, with pull request 7 of a fork. */
export async function startGithub(comments: Comment[] = []) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const body = request.method === 'GET' ? '' : (JSON.parse(await text(request)) as { body: string }).body;
    const shown = (one: Comment) => ({ ...one, html_url: `https://example.org/comment/${one.id}` });
    const route = `${request.method} ${url.pathname}`;
    if (route === 'GET /repos/shop/lake/pulls') {
      const isFork =
        url.searchParams.get('head') === 'fork:change' && url.searchParams.get('state') === 'open';
      answer(200, isFork ? [{ number: 7, head: { sha: 'abc' } }] : []);
    } else if (route === 'GET /repos/shop/lake/issues/7/comments') {
      const page = Number(url.searchParams.get('page') ?? 1);
      const size = Number(url.searchParams.get('per_page'));
      if (comments.length > page * size) {
        url.searchParams.set('page', String(page + 1));
        response.setHeader(
          'link',
          `<http://${request.headers.host}${url.pathname}${url.search}>; rel="next"`,
        );
      }
      answer(200, comments.slice((page - 1) * size, page * size).map(shown));
    } else if (route === 'POST /repos/shop/lake/issues/7/comments') {
      const made: Comment = { id: 1000 + comments.length, body, user: { type: 'Bot' } };
      comments.push(made);
      answer(201, shown(made));
    } else {
      const id = /^PATCH \/repos\/shop\/lake\/issues\/comments\/(\d+)$/.exec(route)?.[1];
      const found = comments.find((one) => one.id === Number(id));
      if (found === undefined) return answer(404, { message: 'Not Found' });
      found.body = body;
      answer(200, shown(found));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, comments };
}
