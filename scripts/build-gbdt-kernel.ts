/** Compiles src/ml/gbdt/kernel.assemblyscript and writes it as src/ml/gbdt/kernel-bytes.ts; `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('../src/ml/gbdt/', import.meta.url);
const source = readFileSync(new URL('kernel.assemblyscript', folder), 'utf8');
let binary: Uint8Array | undefined;
const flags = [
  '--outFile',
  'kernel.wasm',
  '-O3',
  '--runtime',
  'stub',
  '--noAssert',
  '--importMemory',
  '--sharedMemory',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--use',
  'abort=',
];
const { error } = await asc.main(['kernel.ts', ...flags], {
  readFile: (name: string) => (name === 'kernel.ts' ? source : null),
  writeFile: (_name: string, contents: Uint8Array | string) => {
    if (typeof contents !== 'string') binary = contents;
  },
  listFiles: () => [],
});
if (error !== null || binary === undefined) throw new Error(error?.message ?? 'the compiler wrote no kernel');

const text = `/** Built from kernel.assemblyscript by scripts/build-gbdt-kernel.ts; ${binary.length} bytes of WebAssembly. */
export const KERNEL_BASE64 =
  '${Buffer.from(binary).toString('base64')}';
`;
const target = new URL('kernel-bytes.ts', folder);
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) throw new Error('kernel-bytes.ts is out of date: run node scripts/build-gbdt-kernel.ts');
} else writeFileSync(target, text);
console.log(`gbdt kernel: ${binary.length} bytes`);
