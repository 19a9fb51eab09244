import { approximated, refused, type SupportArea, supported } from './entry.ts';

/** Source of the statements: docs.snowflake.com, "SQL command reference". */
export const STATEMENTS: SupportArea = {
  area: 'Statements',
  entries: [
    supported(
      'CREATE, ALTER, DROP, UNDROP DATABASE and SCHEMA',
      'ddl',
      'CREATE SCHEMA support_schema',
      'DROP SCHEMA support_schema',
      'UNDROP SCHEMA support_schema',
    ),
    supported(
      'CREATE TABLE in its forms: AS, LIKE, CLONE, OR ALTER, TRANSIENT, TEMPORARY',
      'ddl',
      "CREATE TABLE support_a (a INT, b VARCHAR DEFAULT 'x')",
      'CREATE TABLE support_b CLONE support_a',
      'ALTER TABLE support_b ADD COLUMN c DATE',
    ),
    supported(
      'CREATE VIEW, secure and materialized',
      'ddl',
      'CREATE SECURE VIEW support_view AS SELECT 1 AS a',
    ),
    supported(
      'Dynamic tables',
      'dynamic-tables',
      'CREATE WAREHOUSE support_refresher',
      'CREATE TABLE support_source (a INT)',
      "CREATE DYNAMIC TABLE support_dynamic TARGET_LAG = '1 hour' WAREHOUSE = support_refresher AS SELECT a FROM support_source",
    ),
    supported(
      'INSERT, multi-table INSERT, UPDATE, DELETE, MERGE, TRUNCATE',
      'dml',
      'CREATE TABLE support_dml (a INT)',
      'INSERT INTO support_dml VALUES (1)',
      'MERGE INTO support_dml USING (SELECT 1 AS a) s ON support_dml.a = s.a WHEN MATCHED THEN DELETE',
    ),
    supported('Transactions', 'dml', 'BEGIN', 'ROLLBACK'),
    supported(
      'Streams',
      'streams',
      'CREATE TABLE support_streamed (a INT)',
      'CREATE STREAM support_stream ON TABLE support_streamed',
      'SELECT * FROM support_stream',
    ),
    supported('Tasks', 'tasks', "CREATE TASK support_task SCHEDULE = '60 MINUTE' AS SELECT 1"),
    supported(
      'Stages, file formats, COPY INTO',
      'copy',
      'CREATE STAGE support_stage',
      'CREATE FILE FORMAT support_format TYPE = CSV',
    ),
    supported(
      'Pipes',
      'pipes',
      'CREATE TABLE support_piped (a INT)',
      'CREATE STAGE support_piped_stage',
      'CREATE PIPE support_pipe AS COPY INTO support_piped FROM @support_piped_stage',
    ),
    supported(
      'Procedures in SQL and JavaScript, scripting blocks',
      'scripting',
      'CREATE PROCEDURE support_procedure() RETURNS INT LANGUAGE SQL AS BEGIN RETURN 1; END',
      'CALL support_procedure()',
    ),
    supported(
      'User-defined functions and table functions in SQL',
      'routines',
      'CREATE FUNCTION support_function(a INT) RETURNS INT AS $$a + 1$$',
      'SELECT support_function(1)',
    ),
    approximated(
      'User-defined functions and table functions in JavaScript',
      'messages are those of another interpreter; code may use 256 MB and run 60 s at a time, in which the server waits for it',
      'CREATE FUNCTION support_javascript(a FLOAT) RETURNS FLOAT LANGUAGE JAVASCRIPT AS $$return A + 1$$',
      'SELECT support_javascript(1)',
    ),
    refused(
      'Functions with a Snowflake Scripting block',
      'a body is an expression or a query',
      'CREATE FUNCTION support_block() RETURNS INT AS $$BEGIN RETURN 1; END$$',
    ),
    refused(
      'Functions and procedures in Python, Java, Scala',
      'no such runtime here',
      "CREATE FUNCTION support_python() RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'f' AS $$x$$",
    ),
    supported('Masking and row access policies, tags', 'policies', 'CREATE TAG support_tag'),
    approximated(
      'Roles, users, grants',
      'recorded and shown; privileges are not checked',
      'CREATE ROLE support_role',
      'GRANT ROLE support_role TO ROLE SYSADMIN',
    ),
    approximated(
      'Warehouses, resource monitors, integrations',
      'recorded and shown; there is nothing to run or bill',
      'CREATE WAREHOUSE support_warehouse',
    ),
    approximated(
      'PRIMARY KEY, UNIQUE, FOREIGN KEY',
      'recorded and shown, not enforced, as in an account',
      'CREATE TABLE support_keys (a INT PRIMARY KEY)',
    ),
    refused('CHECK constraints', 'not here', 'CREATE TABLE support_check (a INT CHECK (a > 0))'),
    supported('SHOW, DESCRIBE, GET_DDL, INFORMATION_SCHEMA', 'metadata', 'SHOW TABLES'),
    refused(
      'External, Iceberg, hybrid, event and interactive tables',
      'not here',
      'CREATE EXTERNAL TABLE support_external WITH LOCATION = @s',
    ),
    refused(
      'Shares, listings, replication and failover groups',
      'there is one account',
      'CREATE SHARE support_share',
    ),
    refused(
      'Applications, Streamlit, notebooks, services, compute pools',
      'not here',
      "CREATE STREAMLIT support_streamlit ROOT_LOCATION = '@s'",
    ),
    refused(
      'Cortex search services, models, semantic views, agents',
      'not here',
      'CREATE CORTEX SEARCH SERVICE support_search ON a AS SELECT 1 AS a',
    ),
    refused(
      'Aggregation, projection, join and storage lifecycle policies',
      'not enforced here',
      'CREATE AGGREGATION POLICY support_policy AS () RETURNS AGGREGATION_CONSTRAINT -> NO_AGGREGATION_CONSTRAINT()',
    ),
    refused('dbt and DCM projects, DEFINE', 'not here', 'CREATE DBT PROJECT support_dbt'),
  ],
};
