import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { messageOf, UserError } from '../shared/errors.ts';
import type { IngestReport } from './ingest.ts';

const reportShape: z.ZodType<IngestReport> = z.object({
  source: z.string(),
  table: z.string(),
  ingestDate: z.string(),
  loadId: z.string(),
  manifest: z.string(),
  rows: z.int(),
  parts: z.int(),
  bytes: z.int(),
  dropped: z.record(z.string(), z.int()),
  alreadyCommitted: z.boolean(),
});

const failureShape = z.object({ errorType: z.string().optional(), errorMessage: z.string() });

/** What the function is asked: the event of its schedule. */
interface IngestEvent {
  /** ISO 8601 */
  time: string;
  source: string;
  table: string;
}

/**
 * Invokes the ingest function and waits for its report. `onLogs` gets the tail of its log (at most 4 KB),
 * whether it succeeded or not.
 * @throws UserError with the function's own error, or saying why it could not be invoked.
 */
export async function invokeIngest(
  functionName: string,
  event: IngestEvent,
  onLogs: (tail: string) => void,
): Promise<IngestReport> {
  // A retried invocation is harmless: the second one finds the committed load.
  const client = new LambdaClient({ maxAttempts: 3 });
  try {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        Payload: JSON.stringify(event),
      }),
    );
    if (answer.LogResult !== undefined) onLogs(Buffer.from(answer.LogResult, 'base64').toString('utf8'));
    const payload = answer.Payload?.transformToString('utf8') ?? '';
    if (answer.FunctionError !== undefined) throw functionError(functionName, payload);
    return parseReport(functionName, payload);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw invokeError(functionName, error);
  } finally {
    client.destroy();
  }
}

function parseReport(functionName: string, payload: string): IngestReport {
  const parsed = reportShape.safeParse(parseJson(payload));
  if (parsed.success) return parsed.data;
  throw new UserError(`Lambda function "${functionName}" did not return an ingest report`, {
    remedy: 'Deploy the function from dist/lambda/catalog-ingest.mjs of this version.',
  });
}

function functionError(functionName: string, payload: string): UserError {
  const failure = failureShape.safeParse(parseJson(payload));
  const text = failure.success
    ? `${failure.data.errorType === undefined ? '' : `${failure.data.errorType}: `}${failure.data.errorMessage}`
    : 'an error without a message';
  return new UserError(`Lambda function "${functionName}" failed: ${text}`, {
    remedy: "The function's log is above; a rerun with the same logical date is safe.",
  });
}

function invokeError(functionName: string, error: unknown): UserError {
  const name = error instanceof LambdaServiceException ? error.name : '';
  const remedy =
    name === 'ResourceNotFoundException'
      ? 'Create the function, or correct "function" of this source in the pipeline configuration.'
      : name === 'AccessDeniedException'
        ? `Grant lambda:InvokeFunction on "${functionName}" to the role of this job.`
        : 'Check the AWS credentials, region and AWS_ENDPOINT_URL_LAMBDA, then run again.';
  return new UserError(
    `Lambda: could not invoke "${functionName}": ${name ? `${name}: ` : ''}${messageOf(error)}`,
    { remedy, cause: error },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
