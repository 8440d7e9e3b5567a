/** The kernel of gradient-boosted trees, over memory that threads share; `--check` only compares. */
import { buildKernel } from './build-kernel.ts';

await buildKernel({ name: 'gbdt', folder: 'src/ml/gbdt', flags: ['--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'] });
