/** The kernel that draws rows with replacement and in blocks; `--check` only compares. */
import { buildKernel } from './build-kernel.ts';

await buildKernel({ name: 'resampling', folder: 'src/statistics/resampling' });
