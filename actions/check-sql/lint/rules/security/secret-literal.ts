import type { Node } from '../../../../shared/sql/position.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import { hasVariable } from '../../placeholders.ts';
import type { Rule } from '../../rule.ts';

const SECRETS: readonly [what: string, pattern: RegExp][] = [
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{36}/],
  ['a token of Slack', /\bxox[abprs]-[A-Za-z0-9-]{10}/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./],
  ['an address with a password', /\b[a-z][a-z0-9+]*:\/\/[^\s:/@]+:[^\s:/@]+@/i],
  ['a shared access signature', /[?&]sig=[A-Za-z0-9%+/=]{20}/],
];
const SECRET_NAMES =
  /^(?:PASSWORD|SECRET_STRING|.*_SECRET(?:_KEY)?|.*_TOKEN|PRIVATE_KEY|API_KEY|.*_SAS_TOKEN)$/;

export const secretLiteral: Rule = {
  id: 'security/secret-literal',
  severity: 'error',
  finds: 'a text that looks like a password, key or token',
  why: 'What is in a repository once is in its history, in the query history and in every log for ever.',
  remedy: 'Take it out, change it where it is used, and keep it in a secrets manager.',
  bad: [
    "INSERT INTO SILVER.CONFIG (NAME, VALUE) VALUES\n  ('key', 'AKIAABCDEFGHIJKLMNOP'); -- <--",
    "CREATE SECRET BRONZE.API TYPE = GENERIC_STRING\n  SECRET_STRING = 'correct horse'; -- <--",
    "CREATE USER IF NOT EXISTS LOADER\n  PASSWORD = 'hunter22'; -- <--",
  ],
  good: [
    "INSERT INTO SILVER.CONFIG (NAME, VALUE) VALUES ('region', 'eu-central-1');",
    "CREATE USER IF NOT EXISTS LOADER RSA_PUBLIC_KEY = 'MIIBIjANBgkqhkiG';",
  ],
  statement(statement, lint) {
    // The text itself is in no message.
    const found = (node: Node, what: string): void => lint.report(statement, node, `this looks like ${what}`);
    walk(statement.tree, (node) => {
      const { kind, value, name } = node as { kind?: string; value?: unknown; name?: unknown };
      if (kind === 'string' && typeof value === 'string') {
        const secret = SECRETS.find(([, pattern]) => pattern.test(value));
        if (secret !== undefined) found(node, secret[0]);
      } else if (kind === undefined && typeof name === 'string' && SECRET_NAMES.test(name)) {
        const { kind: type, value: text } = (value ?? {}) as { kind?: string; value?: string };
        if (type === 'string' && text !== undefined && text !== '' && !hasVariable(text))
          found(node, `a secret, ${name}`);
      }
      return true;
    });
  },
};
