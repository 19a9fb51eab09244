// The part of the WebAssembly API that worker.ts uses; Node's type declarations leave the values out.
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(descriptor: { initial: number; maximum: number });
  }
}
