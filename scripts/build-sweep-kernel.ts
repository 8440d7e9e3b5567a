/** The kernel of sweeps over two moving averages; `--check` only compares. */
import { buildKernel } from './build-kernel.ts';

await buildKernel({ name: 'sweep', folder: 'src/backtest/sweep' });
