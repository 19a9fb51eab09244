import { describe, expect, it } from 'vitest';
import { type GraphTask, graphProgress, type TaskGraph } from '../../actions/load/task-graph.ts';

/** R, then A and B, then C after both, then D after C. */
function diamond(suspended: string[] = []): TaskGraph {
  const task = (name: string, ...predecessors: string[]): GraphTask => ({
    name,
    id: name,
    isSuspended: suspended.includes(name),
    predecessors,
  });
  const root = task('R');
  return { root, tasks: [root, task('A', 'R'), task('B', 'R'), task('C', 'A', 'B'), task('D', 'C')] };
}

const states = (text: string): Map<string, string> =>
  new Map(
    text
      .split(' ')
      .filter(Boolean)
      .map((entry) => entry.split('=') as [string, string]),
  );

describe('progress of a task graph', () => {
  it.each([
    { when: 'no run has begun', seen: '', waiting: 'RABCD' },
    { when: 'the root runs', seen: 'R=EXECUTING', waiting: 'RABCD' },
    { when: 'children are scheduled', seen: 'R=SUCCEEDED A=SCHEDULED', waiting: 'ABCD' },
    { when: 'one branch has ended', seen: 'R=SUCCEEDED A=SUCCEEDED B=EXECUTING', waiting: 'BCD' },
    { when: 'all have ended', seen: 'R=SUCCEEDED A=SUCCEEDED B=SUCCEEDED C=SUCCEEDED D=SUCCEEDED' },
    { when: 'the root failed', seen: 'R=FAILED' },
    { when: 'a branch failed and the other runs', seen: 'R=SUCCEEDED A=FAILED B=EXECUTING', waiting: 'B' },
    { when: 'a branch failed and the other has ended', seen: 'R=SUCCEEDED A=FAILED B=SUCCEEDED' },
    { when: 'a branch was cancelled', seen: 'R=SUCCEEDED A=CANCELLED B=SKIPPED' },
    { when: 'the failed root was suspended', seen: 'R=FAILED_AND_AUTO_SUSPENDED' },
    { when: 'a branch was skipped', seen: 'R=SUCCEEDED A=SKIPPED B=SUCCEEDED', undecided: 'CD' },
    {
      when: 'a child ran behind a skipped one',
      seen: 'R=SUCCEEDED A=SKIPPED B=SUCCEEDED C=EXECUTING',
      waiting: 'CD',
    },
    { when: 'a skipped and a running branch', seen: 'R=SUCCEEDED A=SKIPPED B=EXECUTING', waiting: 'BCD' },
    { when: 'a suspended branch is left out', seen: 'R=SUCCEEDED B=SUCCEEDED', off: ['A'], waiting: 'CD' },
    { when: 'all predecessors are suspended', seen: 'R=SUCCEEDED', off: ['A', 'B'] },
    {
      when: 'a suspended root is executed by hand',
      seen: 'R=SUCCEEDED A=SKIPPED',
      off: ['R'],
      waiting: 'BCD',
    },
  ])('$when', ({ seen, waiting = '', undecided = '', off = [] }) => {
    const progress = graphProgress(diamond(off), states(seen));
    expect({ waiting: progress.waiting.join(''), undecided: progress.undecided.join('') }).toEqual({
      waiting,
      undecided,
    });
  });
});
