import type { Bound } from '../bound.ts';
import { cast, literal } from '../cast.ts';
import { BOOLEAN, VARCHAR } from '../literal.ts';
import { quote } from '../value.ts';
import { constantText, scalar } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/** The version that the local server says it is. */
const VERSION = '9.0.0';

/** docs.snowflake.com, "Context functions". */
export const CONTEXT: FunctionDefinition[] = [
  ...fact('CURRENT_USER', (call) => call.context.session.user),
  ...fact('CURRENT_ROLE', (call) => call.context.session.role),
  ...fact('INVOKER_ROLE', (call) => call.context.session.role),
  ...fact('CURRENT_WAREHOUSE', (call) => call.context.session.warehouse),
  ...fact('CURRENT_DATABASE', (call) => call.context.session.database),
  ...fact('CURRENT_SCHEMA', (call) => call.context.session.schema),
  ...fact('CURRENT_SCHEMAS', ({ context: { session } }) =>
    JSON.stringify(
      session.database === null || session.schema === null
        ? []
        : [`"${session.database}"."${session.schema}"`],
    ),
  ),
  ...fact('CURRENT_SESSION', (call) => call.context.session.sessionId),
  ...fact('CURRENT_ACCOUNT', (call) => call.context.session.account),
  ...fact('CURRENT_ACCOUNT_NAME', (call) => call.context.session.account),
  ...fact('CURRENT_ORGANIZATION_NAME', () => 'LOCAL', 'always LOCAL'),
  ...fact('CURRENT_REGION', () => 'LOCAL', 'always LOCAL'),
  ...fact('CURRENT_VERSION', () => VERSION, 'the version that the local server imitates'),
  ...fact('CURRENT_CLIENT', () => null, 'always NULL'),
  ...fact('CURRENT_IP_ADDRESS', () => '127.0.0.1', 'always 127.0.0.1'),
  ...fact(
    'CURRENT_AVAILABLE_ROLES',
    (call) => JSON.stringify([...call.context.session.roles].sort()),
    'the current role and those that it has',
  ),
  ...fact('CURRENT_SECONDARY_ROLES', () => JSON.stringify({ roles: '', value: '' }), 'there are none'),
  ...scalar(
    'IS_ROLE_IN_SESSION',
    1,
    ([role], call) => literal(call.context.session.roles.has(constantText(role!, call, '1'))),
    {
      approximated: 'secondary roles are not looked at',
    },
  ),
  ...scalar('GETVARIABLE', 1, ([name], call) => {
    const found = call.context.session.variables.get(constantText(name!, call, '1').toUpperCase());
    return cast(literal(found?.value ?? null), VARCHAR);
  }),
  ...scalar('CURRENT_TRANSACTION', 0, () => cast(literal(null), VARCHAR), { approximated: 'always NULL' }),
  ...scalar(
    ['IS_DATABASE_ROLE_IN_SESSION', 'IS_APPLICATION_ROLE_IN_SESSION'],
    1,
    () => ({ sql: 'false', type: BOOLEAN }),
    { approximated: 'always FALSE' },
  ),
];

function fact(
  name: string,
  read: (call: CallFacts) => string | null,
  approximated?: string,
): FunctionDefinition[] {
  return scalar(name, 0, (_, call) => known(read(call)), approximated === undefined ? {} : { approximated });
}

function known(fact: string | null): Bound {
  return { sql: fact === null ? 'NULL::VARCHAR' : quote(fact), type: VARCHAR, constant: fact };
}
