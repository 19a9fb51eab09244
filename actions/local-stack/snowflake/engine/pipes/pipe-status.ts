import type { Engine } from '../engine.ts';
import type { PipeRecord } from '../objects.ts';
import { pipeState } from './pipe-queue.ts';

/** SYSTEM$PIPE_STATUS: JSON, in the documented names; what does not apply is left out. Source: its page. */
export function pipeStatus(engine: Engine, pipe: PipeRecord): string {
  const state = pipeState(engine, pipe.id);
  const oldest = state.queue[0]?.receivedAt ?? null;
  return JSON.stringify({
    executionState: executionState(engine, pipe),
    oldestFileTimestamp: time(oldest),
    pendingFileCount: state.queue.length + state.loading,
    lastIngestedTimestamp: time(state.lastIngestedAt),
    lastIngestedFilePath: state.lastIngestedPath ?? undefined,
    ...(pipe.autoIngest
      ? {
          notificationChannelName: `arn:aws:sqs:local:000000000000:pipe-${pipe.id}`,
          numOutstandingMessagesOnChannel: 0,
          lastReceivedMessageTimestamp: time(state.lastReceivedAt),
          lastForwardedMessageTimestamp: time(state.lastReceivedAt),
        }
      : {}),
    error: state.error ?? undefined,
    lastPipeErrorTimestamp: time(state.errorAt),
    pendingHistoryRefreshJobsCount: 0,
  });
}

function executionState(engine: Engine, pipe: PipeRecord): string {
  const isLost = (id: number): boolean => engine.catalog.get(id)?.droppedAt !== null;
  if (pipe.stageId !== 0 && isLost(pipe.stageId)) return 'STOPPED_STAGE_DROPPED';
  if (isLost(pipe.tableId)) return 'STOPPED_MISSING_TABLE';
  if (pipe.isClone === true) return 'STOPPED_CLONED';
  if (pipe.paused) return 'PAUSED';
  return pipeState(engine, pipe.id).error?.startsWith('SQL compilation error') === true
    ? 'STALLED_COMPILATION_ERROR'
    : 'RUNNING';
}

function time(micros: number | null): string | undefined {
  return micros === null ? undefined : new Date(micros / 1000).toISOString();
}
