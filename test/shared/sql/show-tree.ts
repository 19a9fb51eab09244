import type { Expression, Query } from '../../../actions/shared/sql/ast.ts';

/** An expression with every operation in parentheses, so that a test can state the tree in one line. */
export function showExpression(node: Expression): string {
  const list = (items: Expression[]): string => items.map(showExpression).join(', ');
  switch (node.kind) {
    case 'number':
      return node.text;
    case 'string':
      return `'${node.value}'`;
    case 'boolean':
      return String(node.value).toUpperCase();
    case 'null':
      return 'NULL';
    case 'column':
      return node.parts.map((part) => (part.quoted ? `"${part.name}"` : part.name)).join('.');
    case 'positional':
      return `${node.qualifier === null ? '' : `${node.qualifier.name}.`}$${node.index}`;
    case 'variable':
      return `$${node.name}`;
    case 'bind':
      return node.name === null ? `bind#${node.index}` : `:${node.name}`;
    case 'star':
      return '*';
    case 'unary':
      return `(${node.operator} ${showExpression(node.operand)})`;
    case 'binary':
      return `(${showExpression(node.left)} ${node.operator} ${showExpression(node.right)})`;
    case 'between':
      return `(${showExpression(node.operand)}${not(node)} BETWEEN ${showExpression(node.low)} AND ${showExpression(node.high)})`;
    case 'inList':
      return `(${showExpression(node.operand)}${not(node)} IN [${list(node.items)}])`;
    case 'inQuery':
      return `(${showExpression(node.operand)}${not(node)} IN ${showQuery(node.query)})`;
    case 'like': {
      const escaped = node.escape === null ? '' : ` ESCAPE ${showExpression(node.escape)}`;
      const quantifier = node.quantifier === null ? '' : ` ${node.quantifier}`;
      return `(${showExpression(node.operand)}${not(node)} ${node.operator}${quantifier} [${list(node.patterns)}]${escaped})`;
    }
    case 'isNull':
      return `(${showExpression(node.operand)} IS${not(node)} NULL)`;
    case 'isBoolean':
      return `(${showExpression(node.operand)} IS${not(node)} ${String(node.value).toUpperCase()})`;
    case 'isDistinct':
      return `(${showExpression(node.left)} IS${not(node)} DISTINCT FROM ${showExpression(node.right)})`;
    case 'case': {
      const branches = node.branches.map(
        ({ when, then }) => `WHEN ${showExpression(when)} THEN ${showExpression(then)}`,
      );
      const operand = node.operand === null ? '' : ` ${showExpression(node.operand)}`;
      const otherwise = node.otherwise === null ? '' : ` ELSE ${showExpression(node.otherwise)}`;
      return `CASE${operand} ${branches.join(' ')}${otherwise} END`;
    }
    case 'cast': {
      const type =
        node.type.args.length === 0 ? node.type.name : `${node.type.name}(${node.type.args.join(', ')})`;
      return `${node.try ? 'TRY_' : ''}CAST(${showExpression(node.operand)} AS ${type})`;
    }
    case 'path':
      return `${showExpression(node.base)}${node.segments.map((part) => (typeof part === 'string' ? `/${part}` : `/[${showExpression(part)}]`)).join('')}`;
    case 'call':
      return `${node.name.map((part) => part.name).join('.')}(${node.distinct ? 'DISTINCT ' : ''}${[
        ...node.args.map(showExpression),
        ...node.namedArgs.map((argument) => `${argument.name.name} => ${showExpression(argument.value)}`),
      ].join(', ')})${node.nulls === null ? '' : ` ${node.nulls} NULLS`}${node.over === null ? '' : ' OVER'}`;
    case 'subquery':
      return showQuery(node.query);
    case 'exists':
      return `(${node.negated ? 'NOT ' : ''}EXISTS ${showQuery(node.query)})`;
    case 'quantified':
      return `(${showExpression(node.left)} ${node.operator} ${node.quantifier} ${showQuery(node.query)})`;
    case 'array':
      return `[${list(node.items)}]`;
    case 'object':
      return `{${node.entries.map((entry) => `${entry.key}: ${showExpression(entry.value)}`).join(', ')}}`;
    case 'interval':
      return `INTERVAL '${node.value}'`;
    case 'tuple':
      return `tuple(${list(node.items)})`;
    case 'lambda':
      return `(${node.parameters.map((parameter) => parameter.name).join(', ')} -> ${showExpression(node.body)})`;
  }
}

function not(node: { negated: boolean }): string {
  return node.negated ? ' NOT' : '';
}

/** How the selects of a query are combined: `<UNION>` with the number of select items of each. */
export function showQuery(query: Query): string {
  return `<${showBody(query.body)}>`;
}

function showBody(body: Query['body']): string {
  switch (body.kind) {
    case 'select':
      return body.items.map((item) => showExpression(item.expression)).join(', ');
    case 'values':
      return `VALUES ${body.rows.length}`;
    case 'query':
      return `(${showBody(body.body)})`;
    case 'setOperation':
      return `{${showBody(body.left)} ${body.operator} ${showBody(body.right)}}`;
  }
}
