/** The kernel of plain CSV rows; `--check` only compares. */
import { buildKernel } from './build-kernel.ts';

await buildKernel({ name: 'csv', folder: 'src/data/plain-rows' });
