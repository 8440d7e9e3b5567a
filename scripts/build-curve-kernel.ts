/** The kernel that puts together the rows of an equity file; `--check` only compares. */
import { buildKernel } from './build-kernel.ts';

await buildKernel({ name: 'curve', folder: 'src/research/tearsheet/curve-csv' });
