import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { compilationError, doesNotExist } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound, RelationSource } from '../../bind/bound.ts';
import { columns, rowsRelation, text } from '../dml/rows-relation.ts';
import { formatName, fullName } from '../names.ts';
import { typeName } from '../objects/object-kind.ts';
import { policyUses } from '../policies/policy-uses.ts';
import type { Session } from '../session.ts';

const header = columns({
  POLICY_DB: text,
  POLICY_SCHEMA: text,
  POLICY_NAME: text,
  POLICY_KIND: text,
  REF_DATABASE_NAME: text,
  REF_SCHEMA_NAME: text,
  REF_ENTITY_NAME: text,
  REF_ENTITY_DOMAIN: text,
  REF_COLUMN_NAME: text,
  REF_ARG_COLUMN_NAMES: text,
  TAG_DATABASE: text,
  TAG_SCHEMA: text,
  TAG_NAME: text,
  POLICY_STATUS: text,
});

/** INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => … | REF_ENTITY_NAME => …, REF_ENTITY_DOMAIN => …). Source: its page. */
export function policyReferences(named: Map<string, Bound>, session: Session): RelationSource {
  const policyName = named.get('POLICY_NAME')?.constant;
  const entity = named.get('REF_ENTITY_NAME')?.constant;
  const { catalog } = session.engine;
  const place = (name: unknown) =>
    fullName(
      parseObjectName(String(name)).map((part) => part.name),
      session,
    );
  let uses = policyUses(null, session);
  if (policyName !== undefined) {
    const full = place(policyName);
    const policy = catalog.find(
      ['MASKING POLICY', 'ROW ACCESS POLICY'],
      full.database,
      full.schema,
      full.name,
    );
    if (policy === undefined) throw doesNotExist('Policy', formatName(full));
    uses = policyUses(policy.id, session);
  } else if (entity !== undefined) {
    const full = place(entity);
    const relation = catalog.find(['TABLE', 'VIEW'], full.database, full.schema, full.name, session.id);
    if (relation === undefined) throw doesNotExist('Object', formatName(full));
    uses = uses.filter((use) => use.relation.id === relation.id);
  } else throw compilationError('001044', '42P13', 'POLICY_REFERENCES needs POLICY_NAME or REF_ENTITY_NAME');
  return rowsRelation(
    header,
    uses.map(({ policyId, relation, column, arguments: names }) => {
      const policy = catalog.get(policyId)!;
      const others = column === null ? names : names.slice(1);
      return [
        policy.database,
        policy.schema,
        policy.name,
        policy.kind.replaceAll(' ', '_'),
        relation.database,
        relation.schema,
        relation.name,
        typeName(relation).replaceAll(' ', '_'),
        column,
        others.length === 0 ? null : JSON.stringify(others),
        null,
        null,
        null,
        'ACTIVE',
      ];
    }),
  );
}
