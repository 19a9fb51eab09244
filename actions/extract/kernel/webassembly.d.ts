// The part of the WebAssembly API that kernel.ts uses; Node's type declarations leave the values out.
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...numbers: number[]) => void>>);
    readonly exports: Record<string, unknown>;
  }
}
