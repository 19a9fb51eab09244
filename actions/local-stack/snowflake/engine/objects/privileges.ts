/** Privileges by type of object, OWNERSHIP apart. Source: docs.snowflake.com, "Access control privileges". */
const privileges: Record<string, readonly string[]> = {
  TABLE: [
    'SELECT',
    'INSERT',
    'UPDATE',
    'DELETE',
    'TRUNCATE',
    'REFERENCES',
    'EVOLVE SCHEMA',
    'REBUILD',
    'APPLYBUDGET',
  ],
  'DYNAMIC TABLE': ['SELECT', 'MONITOR', 'OPERATE'],
  'EXTERNAL TABLE': ['SELECT', 'REFERENCES'],
  VIEW: ['SELECT', 'REFERENCES'],
  'MATERIALIZED VIEW': ['SELECT', 'REFERENCES'],
  STREAM: ['SELECT'],
  STAGE: ['USAGE', 'READ', 'WRITE'],
  'FILE FORMAT': ['USAGE'],
  SEQUENCE: ['USAGE'],
  FUNCTION: ['USAGE'],
  PROCEDURE: ['USAGE'],
  SECRET: ['USAGE', 'READ'],
  TASK: ['MONITOR', 'OPERATE', 'APPLYBUDGET'],
  ALERT: ['MONITOR', 'OPERATE'],
  PIPE: ['MONITOR', 'OPERATE', 'APPLYBUDGET'],
  TAG: ['APPLY', 'READ'],
  'MASKING POLICY': ['APPLY'],
  'ROW ACCESS POLICY': ['APPLY'],
  'PASSWORD POLICY': ['APPLY'],
  'SESSION POLICY': ['APPLY'],
  'AUTHENTICATION POLICY': ['APPLY'],
  'NETWORK RULE': [],
  WAREHOUSE: ['MODIFY', 'MONITOR', 'OPERATE', 'USAGE', 'APPLYBUDGET', 'MANAGE WAREHOUSES'],
  INTEGRATION: ['USAGE', 'USE_ANY_ROLE'],
  'RESOURCE MONITOR': ['MODIFY', 'MONITOR'],
  'NETWORK POLICY': [],
  USER: ['MONITOR'],
  ROLE: [],
  'DATABASE ROLE': [],
  DATABASE: [
    'APPLYBUDGET',
    'CREATE DATABASE ROLE',
    'CREATE SCHEMA',
    'MODIFY',
    'MONITOR',
    'USAGE',
    'IMPORTED PRIVILEGES',
    'REFERENCE_USAGE',
  ],
  SCHEMA: [
    'ADD SEARCH OPTIMIZATION',
    'APPLYBUDGET',
    ...[
      'ALERT',
      'DYNAMIC TABLE',
      'EVENT TABLE',
      'EXTERNAL TABLE',
      'FILE FORMAT',
      'FUNCTION',
      'MASKING POLICY',
      'MATERIALIZED VIEW',
      'NETWORK RULE',
      'NOTEBOOK',
      'PASSWORD POLICY',
      'PIPE',
      'PROCEDURE',
      'ROW ACCESS POLICY',
      'SECRET',
      'SEQUENCE',
      'SESSION POLICY',
      'STAGE',
      'STREAM',
      'STREAMLIT',
      'TABLE',
      'TAG',
      'TASK',
      'TEMPORARY TABLE',
      'VIEW',
    ].map((type) => `CREATE ${type}`),
    'MODIFY',
    'MONITOR',
    'USAGE',
  ],
  ACCOUNT: [
    ...[
      'ACCOUNT',
      'API INTEGRATION',
      'COMPUTE POOL',
      'DATA EXCHANGE LISTING',
      'DATABASE',
      'EXTERNAL VOLUME',
      'INTEGRATION',
      'NETWORK POLICY',
      'ROLE',
      'SHARE',
      'USER',
      'WAREHOUSE',
    ].map((type) => `CREATE ${type}`),
    ...['MASKING POLICY', 'ROW ACCESS POLICY', 'PASSWORD POLICY', 'SESSION POLICY', 'TAG'].map(
      (type) => `APPLY ${type}`,
    ),
    'ATTACH POLICY',
    'AUDIT',
    'BIND SERVICE ENDPOINT',
    'EXECUTE ALERT',
    'EXECUTE MANAGED ALERT',
    'EXECUTE MANAGED TASK',
    'EXECUTE TASK',
    'IMPORT SHARE',
    'MANAGE GRANTS',
    'MANAGE WAREHOUSES',
    'MONITOR',
    'MONITOR EXECUTION',
    'MONITOR SECURITY',
    'MONITOR USAGE',
    'OVERRIDE SHARE RESTRICTIONS',
    'RESOLVE ALL',
  ],
};

/** What ALL PRIVILEGES on an object of the type means. */
export function allPrivileges(type: string): readonly string[] {
  const special = ['IMPORTED PRIVILEGES', 'REFERENCE_USAGE', 'MANAGE WAREHOUSES'];
  return (privileges[type] ?? []).filter((privilege) => type === 'ACCOUNT' || !special.includes(privilege));
}

/** Whether objects of the type have the privilege. */
export function isPrivilegeOf(type: string, privilege: string): boolean {
  if (privilege === 'OWNERSHIP') return type !== 'ACCOUNT';
  return privileges[type]?.includes(privilege) ?? false;
}

/** Types that privileges can be granted on. */
export function isGrantable(type: string): boolean {
  return type in privileges;
}
