import { expect, test } from 'vitest';
import { startStack } from '../../actions/local-stack/stack.ts';
import { SnowflakeSession } from '../../actions/shared/snowflake.ts';

test('the local Snowflake starts without S3; an external stage then says what is missing', async () => {
  const stack = await startStack({ services: ['snowflake'] });
  try {
    await using session = await SnowflakeSession.open({
      account: stack.env.SNOWFLAKE_ACCOUNT!,
      accessUrl: stack.env.SNOWFLAKE_ACCESS_URL!,
      user: stack.env.SNOWFLAKE_USER!,
      password: stack.env.SNOWFLAKE_PASSWORD!,
    });
    expect((await session.execute('SELECT 1 AS X')).rows).toEqual([{ X: 1 }]);
    await session.execute('CREATE DATABASE d');
    await session.execute("CREATE STAGE s URL = 's3://bucket/'");
    await expect(session.execute('LIST @s')).rejects.toThrow(/S3|endpoint/i);
  } finally {
    await stack.stop();
  }
});
