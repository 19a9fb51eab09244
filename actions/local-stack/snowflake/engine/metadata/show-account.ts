import { instant, integer, text } from '../dml/rows-relation.ts';
import { warehouseState } from '../objects/recorded-object.ts';
import { BUILT_IN_ROLES, grantedRole, roleGrants } from '../objects/roles.ts';
import type { FormatValue, RecordedObject } from '../objects.ts';
import { transactionListing } from '../open-transactions.ts';
import { defaultParameters } from '../parameters.ts';
import type { Session } from '../session.ts';
import { constant, type Fields, type Listing, listing, ofAccount, yn } from './listing.ts';

type Recorded = RecordedObject;
const recorded = (kind: Recorded['kind']) => ofAccount(kind) as (session: Session) => Recorded[];
const setting = (name: string, otherwise: FormatValue | null = null): Fields<Recorded>[string] => [
  text,
  ({ properties }) => {
    const value = properties[name] ?? otherwise;
    return value === null ? null : String(value);
  },
];

/** X-Small of XSMALL, 2X-Large of XXLARGE. Source: docs.snowflake.com, CREATE WAREHOUSE. */
function sizeName(size: FormatValue | undefined): string {
  const names: Record<string, string> = {
    XSMALL: 'X-Small',
    SMALL: 'Small',
    MEDIUM: 'Medium',
    LARGE: 'Large',
    XLARGE: 'X-Large',
    XXLARGE: '2X-Large',
    X2LARGE: '2X-Large',
    '2XLARGE': '2X-Large',
    XXXLARGE: '3X-Large',
    X3LARGE: '3X-Large',
    '3XLARGE': '3X-Large',
    X4LARGE: '4X-Large',
    '4XLARGE': '4X-Large',
    X5LARGE: '5X-Large',
    '5XLARGE': '5X-Large',
    X6LARGE: '6X-Large',
    '6XLARGE': '6X-Large',
  };
  const key = String(size ?? 'XSMALL')
    .toUpperCase()
    .replaceAll('-', '');
  return names[key] ?? String(size);
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-warehouses */
const warehouses = listing<Recorded>(recorded('WAREHOUSE'), {
  name: [text, (one) => one.name],
  state: [text, warehouseState],
  type: setting('WAREHOUSE_TYPE', 'STANDARD'),
  size: [text, ({ properties }) => sizeName(properties.WAREHOUSE_SIZE)],
  min_cluster_count: [integer, ({ properties }) => Number(properties.MIN_CLUSTER_COUNT ?? 1)],
  max_cluster_count: [integer, ({ properties }) => Number(properties.MAX_CLUSTER_COUNT ?? 1)],
  started_clusters: [integer, (one) => (warehouseState(one) === 'STARTED' ? 1 : 0)],
  running: [integer, () => 0],
  queued: [integer, () => 0],
  is_default: constant('N'),
  is_current: [text, (one, session) => yn(one.name === session.warehouse)],
  auto_suspend: [integer, ({ properties }) => Number(properties.AUTO_SUSPEND ?? 600)],
  auto_resume: setting('AUTO_RESUME', true),
  available: constant(''),
  provisioning: constant(''),
  quiescing: constant(''),
  other: constant(''),
  created_on: [instant, (one) => one.createdAt],
  resumed_on: [instant, (one) => one.createdAt],
  updated_on: [instant, (one) => one.createdAt],
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  enable_query_acceleration: setting('ENABLE_QUERY_ACCELERATION', false),
  query_acceleration_max_scale_factor: [
    integer,
    ({ properties }) => Number(properties.QUERY_ACCELERATION_MAX_SCALE_FACTOR ?? 8),
  ],
  resource_monitor: setting('RESOURCE_MONITOR', 'null'),
  actives: [integer, () => 0],
  pendings: [integer, () => 0],
  failed: [integer, () => 0],
  suspended: [integer, (one) => (warehouseState(one) === 'SUSPENDED' ? 1 : 0)],
  uuid: [text, (one) => String(one.id)],
  scaling_policy: setting('SCALING_POLICY', 'STANDARD'),
  budget: constant(null),
  owner_role_type: constant('ROLE'),
  resource_constraint: setting('RESOURCE_CONSTRAINT'),
});

interface RoleItem {
  name: string;
  createdAt: number;
  owner: string;
  comment: string;
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-roles */
const roles = listing<RoleItem>(
  (session) => [
    ...BUILT_IN_ROLES.map((name) => ({
      name,
      createdAt: session.engine.openedVersion,
      owner: '',
      comment: '',
    })),
    ...recorded('ROLE')(session),
  ],
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    is_default: constant('N'),
    is_current: [text, (one, session) => yn(one.name === session.role)],
    is_inherited: constant('N'),
    assigned_to_users: [integer, (one, session) => countGrants(session, one.name, 'USER')],
    granted_to_roles: [integer, (one, session) => countGrants(session, one.name, 'ROLE')],
    granted_roles: [
      integer,
      (one, session) =>
        roleGrants(session).filter((grant) => grant.to.type === 'ROLE' && grant.to.name === one.name).length,
    ],
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
  },
  { kind: () => null },
);

function countGrants(session: Session, role: string, to: 'USER' | 'ROLE'): number {
  return roleGrants(session).filter((grant) => grant.to.type === to && grantedRole(grant, session) === role)
    .length;
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-database-roles */
const databaseRoles = listing<Recorded>(
  (session, { database }) =>
    recorded('DATABASE ROLE')(session).filter((one) => database === undefined || one.database === database),
  {
    created_on: [instant, (one) => one.createdAt],
    name: [text, (one) => one.name],
    is_default: constant('N'),
    is_current: constant('N'),
    is_inherited: constant('N'),
    granted_to_roles: [integer, () => 0],
    granted_to_database_roles: [integer, () => 0],
    granted_database_roles: [integer, () => 0],
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    owner_role_type: constant('ROLE'),
  },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-users */
const users = listing<Recorded>(
  recorded('USER'),
  {
    name: [text, (one) => one.name],
    created_on: [instant, (one) => one.createdAt],
    login_name: [text, (one) => String(one.properties.LOGIN_NAME ?? one.name).toUpperCase()],
    display_name: [text, (one) => String(one.properties.DISPLAY_NAME ?? one.name)],
    first_name: setting('FIRST_NAME', ''),
    last_name: setting('LAST_NAME', ''),
    email: setting('EMAIL', ''),
    mins_to_unlock: setting('MINS_TO_UNLOCK', ''),
    days_to_expiry: setting('DAYS_TO_EXPIRY', ''),
    comment: [text, (one) => one.comment],
    disabled: setting('DISABLED', false),
    must_change_password: setting('MUST_CHANGE_PASSWORD', false),
    snowflake_lock: constant('false'),
    default_warehouse: setting('DEFAULT_WAREHOUSE', ''),
    default_namespace: setting('DEFAULT_NAMESPACE', ''),
    default_role: setting('DEFAULT_ROLE', ''),
    default_secondary_roles: [
      text,
      ({ properties }) => JSON.stringify(properties.DEFAULT_SECONDARY_ROLES ?? ['ALL']),
    ],
    ext_authn_duo: constant('false'),
    ext_authn_uid: constant(''),
    mins_to_bypass_mfa: setting('MINS_TO_BYPASS_MFA', ''),
    owner: [text, (one) => one.owner],
    last_success_login: [instant, () => null],
    expires_at_time: [instant, () => null],
    locked_until_time: [instant, () => null],
    has_password: constant('false'),
    has_rsa_public_key: [text, ({ properties }) => String('RSA_PUBLIC_KEY' in properties)],
    type: setting('TYPE', ''),
    has_mfa: constant('false'),
  },
  { kind: () => null },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-integrations */
function integrations(category: string | null): Listing {
  return listing<Recorded>(
    (session) => recorded('INTEGRATION')(session).filter((one) => category === null || one.type === category),
    {
      name: [text, (one) => one.name],
      type: [text, integrationType],
      category: [text, (one) => one.type.replace(/ INTEGRATION$/, '').replaceAll(' ', '_')],
      enabled: setting('ENABLED', true),
      comment: [text, (one) => one.comment],
      created_on: [instant, (one) => one.createdAt],
    },
  );
}

function integrationType({ properties }: Recorded): string {
  return String(properties.TYPE ?? properties.API_PROVIDER ?? properties.CATALOG_SOURCE ?? '').toUpperCase();
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-resource-monitors */
const resourceMonitors = listing<Recorded>(recorded('RESOURCE MONITOR'), {
  name: [text, (one) => one.name],
  credit_quota: [
    text,
    ({ properties }) =>
      properties.CREDIT_QUOTA === undefined ? null : `${Number(properties.CREDIT_QUOTA).toFixed(2)}`,
  ],
  used_credits: constant('0.00'),
  remaining_credits: [
    text,
    ({ properties }) =>
      properties.CREDIT_QUOTA === undefined ? null : `${Number(properties.CREDIT_QUOTA).toFixed(2)}`,
  ],
  level: constant(null),
  frequency: setting('FREQUENCY', 'MONTHLY'),
  start_time: setting('START_TIMESTAMP'),
  end_time: setting('END_TIMESTAMP'),
  notify_at: [text, (one) => triggersAt(one, 'NOTIFY')],
  suspend_at: [text, (one) => triggersAt(one, 'SUSPEND')],
  suspend_immediately_at: [text, (one) => triggersAt(one, 'SUSPEND_IMMEDIATE')],
  created_on: [instant, (one) => one.createdAt],
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  notify_users: [
    text,
    ({ properties }) => (Array.isArray(properties.NOTIFY_USERS) ? properties.NOTIFY_USERS.join(', ') : null),
  ],
});

/** `75%,90%` of the triggers that do so. */
function triggersAt({ properties }: Recorded, action: string): string | null {
  const triggers = Array.isArray(properties.TRIGGERS) ? properties.TRIGGERS : [];
  const found = triggers.flatMap((trigger) => {
    const [, percent, does] = /(\d+)\s+PERCENT\s+DO\s+(\w+)/i.exec(trigger) ?? [];
    return does?.toUpperCase() === action ? [`${percent}%`] : [];
  });
  return found.length === 0 ? null : found.join(',');
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-variables */
const variables = listing<{ name: string; value: string | null; type: string }>(
  (session) =>
    [...session.variables]
      .map(([name, { value, type }]) => ({
        name,
        value,
        type: type.name === 'NUMBER' ? 'fixed' : type.name === 'VARCHAR' ? 'text' : type.name.toLowerCase(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  {
    session_id: [text, (_one, session) => session.id],
    created_on: [instant, (_one, session) => session.engine.now()],
    updated_on: [instant, (_one, session) => session.engine.now()],
    name: [text, (one) => one.name],
    value: [text, (one) => one.value],
    type: [text, (one) => one.type],
    comment: constant(''),
  },
);

/** https://docs.snowflake.com/en/sql-reference/sql/show-parameters: those of the session. */
const parameters = listing<{ name: string; value: string; default: string }>(
  (session) => {
    const defaults = new Map(defaultParameters());
    return [...session.parameters]
      .map(([name, value]) => ({ name, value, default: defaults.get(name) ?? '' }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
  {
    key: [text, (one) => one.name],
    value: [text, (one) => one.value],
    default: [text, (one) => one.default],
    level: [text, (one) => (one.value === one.default ? '' : 'SESSION')],
    description: constant(''),
    type: [
      text,
      (one) =>
        /^(true|false)$/.test(one.default) ? 'BOOLEAN' : /^\d+$/.test(one.default) ? 'NUMBER' : 'STRING',
    ],
  },
);

export const accountListings: Record<string, Listing> = {
  WAREHOUSES: warehouses,
  ROLES: roles,
  'DATABASE ROLES': databaseRoles,
  USERS: users,
  INTEGRATIONS: integrations(null),
  'STORAGE INTEGRATIONS': integrations('STORAGE INTEGRATION'),
  'NOTIFICATION INTEGRATIONS': integrations('NOTIFICATION INTEGRATION'),
  'API INTEGRATIONS': integrations('API INTEGRATION'),
  'SECURITY INTEGRATIONS': integrations('SECURITY INTEGRATION'),
  'CATALOG INTEGRATIONS': integrations('CATALOG INTEGRATION'),
  'EXTERNAL ACCESS INTEGRATIONS': integrations('EXTERNAL ACCESS INTEGRATION'),
  'RESOURCE MONITORS': resourceMonitors,
  VARIABLES: variables,
  PARAMETERS: parameters,
  TRANSACTIONS: {
    ...transactionListing,
    terse: null,
    hasHistory: false,
    rows: (session) =>
      transactionListing.rows(session).map((row) => ({ ...row, terse: [], droppedAt: null })),
  },
};
