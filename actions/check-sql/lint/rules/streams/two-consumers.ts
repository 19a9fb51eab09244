import type { Rule } from '../../rule.ts';

export const twoConsumers: Rule = {
  id: 'streams/two-consumers',
  severity: 'error',
  finds: 'a stream that two tasks consume',
  why: 'The one that commits first moves the offset: the other never sees those rows. Each gets some, by chance.',
  remedy: 'Make a stream for each consumer.',
  bad: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.A (ID) SELECT ID FROM BRONZE.S;\nCREATE TASK SILVER.B SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.B (ID) SELECT ID FROM BRONZE.S; -- <--",
  ],
  good: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE STREAM BRONZE.S2 ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.A (ID) SELECT ID FROM BRONZE.S;\nCREATE TASK SILVER.B SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.B (ID) SELECT ID FROM BRONZE.S2;",
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.A (ID) SELECT ID FROM BRONZE.S;\nCREATE OR REPLACE TASK SILVER.A SCHEDULE = '30 MINUTE' AS INSERT INTO SILVER.A (ID) SELECT ID FROM BRONZE.S;",
  ],
  end(lint) {
    for (const stream of lint.state.streams.keys()) {
      const consumers = [...lint.state.tasks].filter(
        ([, { reads, writes }]) => reads.has(stream) && writes.size > 0,
      );
      for (const [, task] of consumers.slice(1))
        lint.report(task.statement, task.node, `${stream} is consumed by ${consumers[0]?.[0]} already`);
    }
  },
};
