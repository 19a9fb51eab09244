import type { ObjectType, Property } from '../../../../shared/sql/ast.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { RecordedObject } from '../objects.ts';
import { defaultParameters } from '../parameters.ts';

/** What is recorded as which kind, and the properties that the documentation page of its CREATE has. */
interface RecordedKind {
  kind: RecordedObject['kind'];
  properties: readonly string[];
  /** Names that begin so are known too. */
  prefixes?: readonly string[];
  required?: readonly string[];
}

const words = (text: string): string[] => text.split(/\s+/);

const kinds: Partial<Record<ObjectType, RecordedKind>> = {
  WAREHOUSE: {
    kind: 'WAREHOUSE',
    properties: words(`WAREHOUSE_TYPE WAREHOUSE_SIZE RESOURCE_CONSTRAINT GENERATION MAX_CLUSTER_COUNT
      MIN_CLUSTER_COUNT SCALING_POLICY AUTO_SUSPEND AUTO_RESUME INITIALLY_SUSPENDED RESOURCE_MONITOR
      ENABLE_QUERY_ACCELERATION QUERY_ACCELERATION_MAX_SCALE_FACTOR MAX_CONCURRENCY_LEVEL
      STATEMENT_QUEUED_TIMEOUT_IN_SECONDS STATEMENT_TIMEOUT_IN_SECONDS WAIT_FOR_COMPLETION`),
  },
  ROLE: { kind: 'ROLE', properties: [] },
  'DATABASE ROLE': { kind: 'DATABASE ROLE', properties: [] },
  USER: {
    kind: 'USER',
    properties: [
      ...words(`PASSWORD LOGIN_NAME DISPLAY_NAME FIRST_NAME MIDDLE_NAME LAST_NAME EMAIL MUST_CHANGE_PASSWORD
        DISABLED DAYS_TO_EXPIRY MINS_TO_UNLOCK DEFAULT_WAREHOUSE DEFAULT_NAMESPACE DEFAULT_ROLE
        DEFAULT_SECONDARY_ROLES MINS_TO_BYPASS_MFA RSA_PUBLIC_KEY RSA_PUBLIC_KEY_2 WORKLOAD_IDENTITY TYPE NETWORK_POLICY`),
      ...defaultParameters().map(([name]) => name),
    ],
  },
  TAG: { kind: 'TAG', properties: ['ALLOWED_VALUES', 'PROPAGATE'] },
  'RESOURCE MONITOR': {
    kind: 'RESOURCE MONITOR',
    properties: words('CREDIT_QUOTA FREQUENCY START_TIMESTAMP END_TIMESTAMP NOTIFY_USERS TRIGGERS'),
  },
  'NETWORK POLICY': {
    kind: 'NETWORK POLICY',
    properties: words('ALLOWED_NETWORK_RULE_LIST BLOCKED_NETWORK_RULE_LIST ALLOWED_IP_LIST BLOCKED_IP_LIST'),
  },
  'NETWORK RULE': {
    kind: 'NETWORK RULE',
    properties: ['TYPE', 'VALUE_LIST', 'MODE'],
    required: ['TYPE', 'MODE'],
  },
  'PASSWORD POLICY': { kind: 'PASSWORD POLICY', properties: [], prefixes: ['PASSWORD_'] },
  'SESSION POLICY': { kind: 'SESSION POLICY', properties: [], prefixes: ['SESSION_'] },
  'AUTHENTICATION POLICY': {
    kind: 'AUTHENTICATION POLICY',
    properties: words(`AUTHENTICATION_METHODS MFA_AUTHENTICATION_METHODS MFA_ENROLLMENT CLIENT_TYPES
      SECURITY_INTEGRATIONS`),
  },
  SECRET: {
    kind: 'SECRET',
    properties: words(`TYPE USERNAME PASSWORD SECRET_STRING OAUTH_SCOPES OAUTH_REFRESH_TOKEN
      OAUTH_REFRESH_TOKEN_EXPIRY_TIME API_AUTHENTICATION ALGORITHM`),
    required: ['TYPE'],
  },
  ALERT: {
    kind: 'ALERT',
    properties: words('WAREHOUSE SCHEDULE IF THEN'),
    required: ['IF', 'THEN'],
  },
  'STORAGE INTEGRATION': {
    kind: 'INTEGRATION',
    properties: words('TYPE ENABLED AZURE_TENANT_ID USE_PRIVATELINK_ENDPOINT'),
    prefixes: ['STORAGE_'],
    required: ['TYPE', 'STORAGE_PROVIDER', 'ENABLED', 'STORAGE_ALLOWED_LOCATIONS'],
  },
  'NOTIFICATION INTEGRATION': {
    kind: 'INTEGRATION',
    properties: words('TYPE ENABLED DIRECTION NOTIFICATION_PROVIDER ALLOWED_RECIPIENTS DEFAULT_SUBJECT'),
    prefixes: ['AWS_', 'GCP_', 'AZURE_', 'DEFAULT_', 'WEBHOOK_'],
    required: ['TYPE', 'ENABLED'],
  },
  'API INTEGRATION': {
    kind: 'INTEGRATION',
    properties: words('TYPE ENABLED ALLOWED_AUTHENTICATION_SECRETS GOOGLE_AUDIENCE'),
    prefixes: ['API_', 'AZURE_'],
    required: ['API_PROVIDER', 'API_ALLOWED_PREFIXES', 'ENABLED'],
  },
  'SECURITY INTEGRATION': {
    kind: 'INTEGRATION',
    properties: words(`TYPE ENABLED ALLOWED_USER_DOMAINS ALLOWED_EMAIL_PATTERNS NETWORK_POLICY RUN_AS_ROLE
      SYNC_PASSWORD AUTH_TYPE BLOCKED_ROLES_LIST PRE_AUTHORIZED_ROLES_LIST`),
    prefixes: ['OAUTH_', 'EXTERNAL_OAUTH_', 'SAML2_', 'SCIM_'],
    required: ['TYPE'],
  },
  'CATALOG INTEGRATION': {
    kind: 'INTEGRATION',
    properties: words('CATALOG_SOURCE TABLE_FORMAT ENABLED CATALOG_NAMESPACE REFRESH_INTERVAL_SECONDS'),
    prefixes: ['GLUE_'],
    required: ['CATALOG_SOURCE', 'TABLE_FORMAT', 'ENABLED'],
  },
  'EXTERNAL ACCESS INTEGRATION': {
    kind: 'INTEGRATION',
    properties: words(`ENABLED ALLOWED_NETWORK_RULES ALLOWED_AUTHENTICATION_SECRETS
      ALLOWED_API_AUTHENTICATION_INTEGRATIONS`),
    required: ['ALLOWED_NETWORK_RULES', 'ENABLED'],
  },
  // ALTER and DROP name any integration so.
  INTEGRATION: {
    kind: 'INTEGRATION',
    properties: ['TYPE', 'ENABLED'],
    prefixes: ['STORAGE_', 'API_', 'AWS_', 'GCP_', 'AZURE_', 'OAUTH_', 'ALLOWED_', 'DEFAULT_', 'WEBHOOK_'],
  },
};

/** Undefined: an object of this type is not recorded. */
export function recordedKind(type: string): RecordedKind | undefined {
  return kinds[type as ObjectType];
}

/** @throws SnowflakeError for a property that objects of the type do not have */
export function requireRecordedProperties(type: string, properties: Property[]): void {
  const known = kinds[type as ObjectType];
  for (const { name, start } of properties) {
    if (name === 'COMMENT' || name === 'TAG' || known?.properties.includes(name)) continue;
    if (known?.prefixes?.some((prefix) => name.startsWith(prefix))) continue;
    throw compilationError('001420', '22023', `invalid property '${name}' for '${type}'`, start);
  }
}

/** @throws SnowflakeError when CREATE leaves out what it must have */
export function requireComplete(type: string, properties: Property[], position: Property['start']): void {
  const missing = kinds[type as ObjectType]?.required?.find(
    (name) => !properties.some((property) => property.name === name),
  );
  if (missing === undefined) return;
  throw compilationError('002029', '42601', `Missing option(s): [${missing}] of ${type}`, position);
}
