/** What the scripts that build a WebAssembly kernel share. */
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

export interface KernelBuild {
  readonly name: 'csv' | 'curve' | 'features' | 'gbdt' | 'resampling' | 'sweep';
  /** Where kernel.assemblyscript lies, from the root; kernel-bytes.ts is written beside it. */
  readonly folder: string;
  /** Compiler flags beside those of every kernel. */
  readonly flags?: readonly string[];
}

const FLAGS = [
  '--outFile',
  'kernel.wasm',
  '-O3',
  '--runtime',
  'stub',
  '--noAssert',
  '--importMemory',
  '--enable',
  'simd',
  '--use',
  'abort=',
];

/** Compiles kernel.assemblyscript and writes it as kernel-bytes.ts; with `--check` on the command line it only compares. */
export async function buildKernel({ name, folder, flags = [] }: KernelBuild): Promise<void> {
  const place = new URL(`../${folder}/`, import.meta.url);
  const script = `scripts/build-${name}-kernel.ts`;
  const binary = await compile(readFileSync(new URL('kernel.assemblyscript', place), 'utf8'), [...FLAGS, ...flags]);
  const text = `/** Built from kernel.assemblyscript by ${script}; ${binary.length} bytes of WebAssembly. */
export const KERNEL_BASE64 =
  '${Buffer.from(binary).toString('base64')}';
`;
  const target = new URL('kernel-bytes.ts', place);
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) throw new Error(`${folder}/kernel-bytes.ts is out of date: run node ${script}`);
  console.log(`${name} kernel: ${binary.length} bytes`);
}

async function compile(source: string, flags: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(['kernel.ts', ...flags], {
    readFile: (name: string) => (name === 'kernel.ts' ? source : null),
    writeFile: (_name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(error?.message ?? 'the compiler wrote no kernel');
  return binary;
}
