import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import type { Message, Request, ThreadData } from './jobs.ts';
import { programOf } from './program.ts';
import { setTimeZone } from './time-zone.ts';

/**
 * The thread in which users' JavaScript runs: in an interpreter compiled to WebAssembly, which has nothing of Node and
 * no memory but its own. The one thing that goes in and out is text. The server ends the thread when it takes too long.
 */
const { port, signals } = workerData as ThreadData;

/** Pages of 64 KB: 256 MB hold interpreter and data. The interpreter's own limit counts blocks and not their size. */
const PAGES = 4096;
const memory = new WebAssembly.Memory({ initial: 256, maximum: PAGES });
/** Bytes of the interpreter's stack: less than the thread's own allows. */
const STACK = 256 * 1024;
/** Memory never shrinks: a thread whose memory has grown beyond this many bytes is not used again. */
const LARGE = 64 * 1024 * 1024;

const engine = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory: memory }));

port.on('message', (request: Request) => {
  setTimeZone(request.timeZone);
  try {
    say(run(request));
  } catch (error) {
    // The interpreter itself has failed (its stack is full): nothing in it can be trusted now.
    say({ kind: 'broken', message: error instanceof Error ? error.message : String(error) });
  }
});
Atomics.store(signals, 0, 1);
Atomics.notify(signals, 0);

/** An interpreter with the program in it. Its first cost is many times that of a row. */
interface Interpreter {
  key: string | null;
  context: QuickJSContext;
  perform: QuickJSHandle;
  end(): void;
}

/**
 * That of the last function: a function's global state may outlive a call. Another function, and every run of a
 * procedure, has an interpreter of its own. Source: docs.snowflake.com, "JavaScript UDF limitations", global state.
 */
let kept: Interpreter | null = null;

function run({ kind, key, text }: Request): Message {
  if (kept === null || key === null || kept.key !== key) {
    kept?.end();
    kept = createInterpreter(kind, key);
  }
  const { context, perform } = kept;
  const given = context.newString(text);
  const called = context.callFunction(perform, context.undefined, given);
  // Memory or stack were used up where the program could not catch it.
  if (called.error) return { kind: 'broken', message: messageOf(context.dump(called.error)) };
  const outcome = context.getString(called.value);
  // The interpreter throws null when there is no room for an error.
  if (memory.buffer.byteLength > (PAGES - 64) * 65_536 && !outcome.startsWith('{"kind":"done"'))
    return { kind: 'broken', message: 'its 256 MB are full' };
  if (memory.buffer.byteLength > LARGE) return { kind: 'outcome', text: outcome, isLast: true };
  called.value.dispose();
  given.dispose();
  return { kind: 'outcome', text: outcome, isLast: false };
}

function createInterpreter(kind: Request['kind'], key: string | null): Interpreter {
  const runtime = engine.newRuntime({ maxStackSizeBytes: STACK });
  const context = runtime.newContext();
  if (kind === 'procedure') giveHost(context);
  const made = context.evalCode(programOf(kind), 'program.js');
  if (made.error) throw new Error(messageOf(context.dump(made.error)));
  const end = (): void => {
    for (const one of [made.value, context, runtime]) one.dispose();
  };
  return { key, context, perform: made.value, end };
}

function messageOf(thrown: unknown): string {
  const isError = thrown !== null && typeof thrown === 'object' && 'message' in thrown;
  return String(isError ? thrown.message : thrown);
}

/** `host(text)` asks the server to execute a statement and waits for its answer. */
function giveHost(context: QuickJSContext): void {
  const host = context.newFunction('host', (argument) => {
    if (context.typeof(argument) !== 'string') throw new Error('the host takes text');
    const answered = Atomics.load(signals, 1);
    say({ kind: 'execute', text: context.getString(argument) });
    Atomics.wait(signals, 1, answered);
    return context.newString(answerOn(port));
  });
  context.setProp(context.global, 'host', host);
  host.dispose();
}

function answerOn(from: MessagePort): string {
  const received = receiveMessageOnPort(from) as { message: { text: string } } | undefined;
  if (received === undefined) throw new Error('no answer came');
  return received.message.text;
}

function say(message: Message): void {
  port.postMessage(message);
  Atomics.add(signals, 0, 1);
  Atomics.notify(signals, 0);
}
