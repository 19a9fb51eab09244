import type { Rule } from '../../rule.ts';

export const unused: Rule = {
  id: 'streams/unused',
  severity: 'warning',
  finds: 'a stream that no task consumes',
  why: 'It keeps old versions of its table alive, which is paid for, until it is stale; and whoever made it believes that something follows.',
  remedy: 'Make the task that consumes it, or drop it.',
  bad: ['CREATE STREAM BRONZE.S ON TABLE BRONZE.T; -- <--'],
  good: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.A (ID) SELECT ID FROM BRONZE.S;",
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS CALL SILVER.MERGE_ALL();",
  ],
  end(lint) {
    const { tasks, streams, views } = lint.state;
    // What a procedure or a dynamic statement reads is not known here.
    const isHidden = [...tasks.values()].some(
      ({ statement }) =>
        [...statement.nodes.of('callProcedure'), ...statement.nodes.of('executeImmediate')].length > 0,
    );
    if (isHidden) return;
    for (const [name, stream] of streams) {
      const isRead = [...tasks.values(), ...views.values()].some(({ reads }) => reads.has(name));
      if (!isRead) lint.report(stream.statement, stream.node, `nothing consumes ${name}`);
    }
  },
};
