/** The kernel of feature batches; `--check` only compares. */
import { buildKernel } from './build-kernel.ts';

await buildKernel({ name: 'features', folder: 'src/features/batch' });
