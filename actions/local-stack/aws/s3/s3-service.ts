import type { ServerResponse } from 'node:http';
import type { AwsRequest } from '../request.ts';
import { percentDecode } from '../request.ts';
import type { ObjectCreated } from './exchange.ts';
import { MultipartUploads } from './multipart-uploads.ts';
import { ObjectStore } from './object-store.ts';
import { findRoute } from './routes.ts';

export type S3Service = (request: AwsRequest, response: ServerResponse, payloadHash: string) => Promise<void>;

/**
 * S3 over a directory, path-style (`/bucket/key`). Answers one verified request; throws AwsError for what it
 * refuses. `onObjectCreated` is called after an object became visible and survives the death of the process.
 */
export async function openS3(
  root: string,
  region: string,
  onObjectCreated: (event: ObjectCreated) => void,
): Promise<S3Service> {
  const store = await ObjectStore.open(root);
  const uploads = new MultipartUploads(store.multipartRoot);
  return async (request, response, payloadHash) => {
    const [, bucketPart = '', keyPart = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(request.rawPath) ?? [];
    const bucket = percentDecode(bucketPart);
    const key = percentDecode(keyPart);
    const query = Object.fromEntries(request.query);
    const on = key !== '' ? 'object' : bucket !== '' ? 'bucket' : 'service';
    const route = findRoute(request.method, on, query, request.headers);
    response.setHeader('x-amz-id-2', 'local');
    await route.run({
      request,
      response,
      payloadHash,
      bucket,
      key,
      query,
      store,
      uploads,
      region,
      onObjectCreated,
    });
  };
}
