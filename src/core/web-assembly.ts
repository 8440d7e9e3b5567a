/** The few names of the WebAssembly interface that rooms use; the compiler's Node types leave them out. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  grow(pages: number): number;
}

interface WasmInterface {
  readonly Memory: new (options: { readonly initial: number; readonly maximum?: number; readonly shared?: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown };
}

/** The runtime's WebAssembly, or undefined where it has been switched off. */
export const webAssembly = (globalThis as { readonly WebAssembly?: WasmInterface }).WebAssembly;
