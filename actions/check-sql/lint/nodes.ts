import type {
  ColumnDefinition,
  Expression,
  ObjectName,
  Property,
  Query,
  ScriptStatement,
  Select,
  SetBody,
  StageLocation,
  Statement,
  TableExpression,
  TypeName,
} from '../../shared/sql/ast.ts';
import { type AnyNode, walk } from '../../shared/sql/walk.ts';

type Tree =
  | ObjectName
  | Statement
  | ScriptStatement
  | Expression
  | TableExpression
  | StageLocation
  | Query
  | SetBody;
/** Kinds with one meaning each; `select`, `string`, `number`, `boolean`, `null`, `values` have more. */
type Kind = Exclude<Tree['kind'], 'select' | 'null' | 'values'>;
/** Nodes without a kind of their own. */
interface Kindless {
  type: TypeName;
  columnDefinition: ColumnDefinition;
  property: Property;
  selectBlock: Select;
}

/** All nodes of a statement by kind, found in one walk: dozens of rules ask for them. */
export class NodeIndex {
  readonly #byKind = new Map<string, AnyNode[]>();

  constructor(tree: Statement) {
    walk(tree, (node) => {
      const key = keyOf(node);
      if (key === undefined) return true;
      const list = this.#byKind.get(key);
      if (list === undefined) this.#byKind.set(key, [node]);
      else list.push(node);
      return true;
    });
  }

  /** Parents before what is in them. */
  of<K extends Kind>(kind: K): Extract<Tree, { kind: K }>[] {
    return (this.#byKind.get(kind) ?? []) as unknown as Extract<Tree, { kind: K }>[];
  }

  /** SELECT blocks, types, column definitions and properties. */
  all<K extends keyof Kindless>(kind: K): Kindless[K][] {
    return (this.#byKind.get(`:${kind}`) ?? []) as unknown as Kindless[K][];
  }
}

function keyOf(node: AnyNode): string | undefined {
  if (node.kind === 'select' && 'items' in node) return ':selectBlock';
  if (node.kind !== undefined) return node.kind;
  if ('identity' in node) return ':columnDefinition';
  if (!('name' in node)) return undefined;
  if ('args' in node) return ':type';
  return 'value' in node ? ':property' : undefined;
}
