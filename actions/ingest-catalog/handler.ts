import { z } from 'zod';
import { messageOf, UserError } from '../shared/errors.ts';
import { createS3 } from '../shared/s3.ts';
import { readSecret } from '../shared/secrets.ts';
import { type IngestReport, ingestCatalog } from './ingest.ts';

const eventShape = z.strictObject({
  /** The scheduled instant, ISO 8601; its UTC date is the logical date. */
  time: z.iso.datetime({ offset: true }),
  source: z.string().min(1).default('catalog'),
  table: z.string().min(1).default('products'),
  /** Default: the logical date. */
  loadId: z.string().min(1).optional(),
});

const environmentShape = z.object({ LAKE_BUCKET: z.string().min(1), CATALOG_SECRET: z.string().min(1) });

const secretShape = z.object({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    // Addresses appear in messages.
    .refine((url) => new URL(url).password === '', 'must not hold a password'),
  apiKey: z.string().min(1),
});

/** Time kept back from the function's timeout, so that it can still say why it failed. */
const RESERVE_MS = 5_000;
const BUDGET_MS = 120_000;

/**
 * The Lambda function. The event is the input of an EventBridge Scheduler schedule,
 * `{"time": "<aws.scheduler.scheduled-time>"}`; the environment names the bucket (LAKE_BUCKET) and the
 * secret with url and apiKey (CATALOG_SECRET). An event delivered twice lands on the same keys, once.
 */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<IngestReport> {
  try {
    const { time, source, table, loadId } = parse(eventShape, event, 'event');
    const environment = parse(environmentShape, process.env, 'environment');
    const logicalDate = new Date(time).toISOString().slice(0, 10);
    const load = { source, table, ingestDate: logicalDate, loadId: loadId ?? logicalDate };
    log('info', 'ingest started', load);
    // No masking commands here: outside of a runner they would print what they are to hide.
    const access = await readSecret(environment.CATALOG_SECRET, secretShape, () => undefined);
    const budgetMs = Math.min(BUDGET_MS, context.getRemainingTimeInMillis() - RESERVE_MS);
    const report = await ingestCatalog({
      s3: createS3(),
      bucket: environment.LAKE_BUCKET,
      load,
      access: { ...access, budgetMs },
      codeVersion: `lambda ${process.env.AWS_LAMBDA_FUNCTION_VERSION ?? '$LATEST'}`,
    });
    log('info', report.alreadyCommitted ? 'ingest was committed before' : 'ingest committed', { ...report });
    return report;
  } catch (error) {
    log('error', messageOf(error), { remedy: error instanceof UserError ? error.remedy : undefined });
    throw error instanceof UserError ? withRemedy(error) : error;
  }
}

/** Lambda hands on the message only, so the remedy becomes part of it. */
function withRemedy(error: UserError): UserError {
  return new UserError([error.message, error.remedy].filter(Boolean).join('\n'), { cause: error });
}

function parse<T>(shape: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new UserError(`the ${what} of the function is wrong: ${problems.join('; ')}`, {
    remedy: 'Event: {"time": "2026-01-31T05:00:00Z"}; environment: LAKE_BUCKET and CATALOG_SECRET.',
  });
}

function log(level: 'info' | 'error', message: string, fields: Record<string, unknown>): void {
  console.log(JSON.stringify({ level, message, ...fields }));
}
