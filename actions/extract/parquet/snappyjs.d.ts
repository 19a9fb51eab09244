declare module 'snappyjs' {
  export function compress(raw: Uint8Array): Uint8Array;
}
