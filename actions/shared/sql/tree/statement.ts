import type { Node, Position } from '../position.ts';
import type {
  AlterObject,
  AlterPipe,
  AlterTable,
  AlterTask,
  Comment,
  CreateContainer,
  CreateDynamicClone,
  CreateExternalTable,
  CreateObject,
  CreatePipe,
  CreateRoutine,
  CreateStream,
  CreateTable,
  CreateTask,
  CreateView,
  Drop,
  ExecuteAlert,
  ExecuteTask,
  Grant,
  Undrop,
} from './ddl.ts';
import type {
  CopyIntoLocation,
  CopyIntoTable,
  Delete,
  Insert,
  Merge,
  MultiInsert,
  QueryStatement,
  Truncate,
  Update,
} from './dml.ts';
import type { ScriptBlock } from './script.ts';
import type {
  AlterSession,
  CallProcedure,
  Describe,
  ExecuteImmediate,
  ExplainStatement,
  Get,
  ListFiles,
  Put,
  RemoveFiles,
  SetVariable,
  Show,
  Transaction,
  UnsetVariable,
  Use,
} from './session.ts';

export type Statement =
  | QueryStatement
  | Insert
  | MultiInsert
  | Update
  | Delete
  | Merge
  | Truncate
  | CopyIntoTable
  | CopyIntoLocation
  | CreateTable
  | CreateExternalTable
  | CreateView
  | CreateDynamicClone
  | CreateContainer
  | CreateObject
  | CreateStream
  | CreateTask
  | CreatePipe
  | CreateRoutine
  | AlterTable
  | AlterObject
  | AlterTask
  | AlterPipe
  | ExecuteAlert
  | ExecuteTask
  | Drop
  | Undrop
  | Grant
  | Comment
  | Use
  | SetVariable
  | UnsetVariable
  | AlterSession
  | Transaction
  | Show
  | Describe
  | Put
  | Get
  | ListFiles
  | RemoveFiles
  | ExplainStatement
  | CallProcedure
  | ExecuteImmediate
  | ScriptBlock
  | StatementChain
  | Elsewhere;

/** A statement of Snowflake's about things that nothing here has: `construct` such as CREATE STREAMLIT, found at `place`. */
export interface Elsewhere extends Node {
  kind: 'elsewhere';
  construct: string;
  place: Position;
}

/** `a ->> b ->> c`: https://docs.snowflake.com/en/sql-reference/operators-flow */
export interface StatementChain extends Node {
  kind: 'chain';
  statements: Statement[];
}
