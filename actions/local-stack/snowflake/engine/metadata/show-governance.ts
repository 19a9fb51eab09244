import { instant, integer, text } from '../dml/rows-relation.ts';
import type { FormatValue, PolicyRecord, RecordedObject, RecordKind } from '../objects.ts';
import { constant, inPlace, type Listing, listing, ofAccount, placed } from './listing.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show-tags */
const tags = listing<RecordedObject>(recordedInPlace('TAG'), {
  ...placed<RecordedObject>(),
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  allowed_values: [text, ({ properties }) => jsonList(properties.ALLOWED_VALUES)],
  owner_role_type: constant('ROLE'),
  propagate: [text, ({ properties }) => String(properties.PROPAGATE ?? 'NONE')],
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-masking-policies */
function policies(
  kind: PolicyRecord['kind'] | 'PASSWORD POLICY' | 'SESSION POLICY' | 'AUTHENTICATION POLICY',
) {
  return listing(inPlace(kind as RecordKind), {
    ...placed(),
    kind: constant(kind.replaceAll(' ', '_')),
    owner: [text, (one) => one.owner],
    comment: [text, (one) => one.comment],
    owner_role_type: constant('ROLE'),
    options: constant(''),
  });
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-alerts */
const alerts = listing<RecordedObject>(recordedInPlace('ALERT'), {
  ...placed<RecordedObject>(),
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  warehouse: [text, ({ properties }) => (properties.WAREHOUSE as string | undefined) ?? null],
  schedule: [text, ({ properties }) => String(properties.SCHEDULE)],
  state: [text, ({ properties }) => String(properties.STATE ?? 'suspended')],
  condition: [text, ({ properties }) => String(properties.IF)],
  action: [text, ({ properties }) => String(properties.THEN)],
  owner_role_type: constant('ROLE'),
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-secrets */
const secrets = listing<RecordedObject>(recordedInPlace('SECRET'), {
  created_on: [instant, (one) => one.createdAt],
  name: [text, (one) => one.name],
  schema_name: [text, (one) => one.schema],
  database_name: [text, (one) => one.database],
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  secret_type: [text, ({ properties }) => String(properties.TYPE ?? '')],
  oauth_scopes: [text, ({ properties }) => jsonList(properties.OAUTH_SCOPES)],
  owner_role_type: constant('ROLE'),
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-network-rules */
const networkRules = listing<RecordedObject>(recordedInPlace('NETWORK RULE'), {
  ...placed<RecordedObject>(),
  owner: [text, (one) => one.owner],
  comment: [text, (one) => one.comment],
  type: [text, ({ properties }) => String(properties.TYPE)],
  mode: [text, ({ properties }) => String(properties.MODE)],
  entries_in_valuelist: [integer, ({ properties }) => lengthOf(properties.VALUE_LIST)],
  owner_role_type: constant('ROLE'),
});

/** https://docs.snowflake.com/en/sql-reference/sql/show-network-policies */
const networkPolicies = listing<RecordedObject>(ofAccount('NETWORK POLICY') as () => RecordedObject[], {
  created_on: [instant, (one) => one.createdAt],
  name: [text, (one) => one.name],
  comment: [text, (one) => one.comment],
  entries_in_allowed_ip_list: [integer, ({ properties }) => lengthOf(properties.ALLOWED_IP_LIST)],
  entries_in_blocked_ip_list: [integer, ({ properties }) => lengthOf(properties.BLOCKED_IP_LIST)],
  entries_in_allowed_network_rules: [
    integer,
    ({ properties }) => lengthOf(properties.ALLOWED_NETWORK_RULE_LIST),
  ],
  entries_in_blocked_network_rules: [
    integer,
    ({ properties }) => lengthOf(properties.BLOCKED_NETWORK_RULE_LIST),
  ],
});

export const governanceListings: Record<string, Listing> = {
  TAGS: tags,
  ALERTS: alerts,
  'MASKING POLICIES': policies('MASKING POLICY'),
  'ROW ACCESS POLICIES': policies('ROW ACCESS POLICY'),
  'PASSWORD POLICIES': policies('PASSWORD POLICY'),
  'SESSION POLICIES': policies('SESSION POLICY'),
  'AUTHENTICATION POLICIES': policies('AUTHENTICATION POLICY'),
  SECRETS: secrets,
  'NETWORK RULES': networkRules,
  'NETWORK POLICIES': networkPolicies,
};

function recordedInPlace(kind: RecordedObject['kind']) {
  return inPlace(kind) as (...args: Parameters<ReturnType<typeof inPlace>>) => RecordedObject[];
}

function jsonList(value: FormatValue | undefined): string | null {
  return Array.isArray(value) ? JSON.stringify(value) : null;
}

function lengthOf(value: FormatValue | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}
