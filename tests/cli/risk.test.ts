import { describe, expect, test } from 'vitest';
import { cli, scratchFolder } from './run-cli.ts';

const ORDER = ['backtest', '--strategy', 'sma-cross', '--symbols', 'AAPL'];

describe('limits of the configuration', () => {
  test('a refused order is named by why, counted in the report and told in the summary', async () => {
    const folder = scratchFolder();
    const limited = [...ORDER, '--out', 'run', '--set', 'risk.maxOrderNotional=90000'];
    const shown = await cli(folder, ...limited);
    expect(shown.stdout).toContain('denied: order_notional: A notional of 95000 exceeds 90000 an order.');
    const { orders } = JSON.parse((await cli(folder, ...limited, '--json')).stdout) as {
      orders: { asked: number; fills: number; deniedByRisk: Record<string, number> };
    };
    expect(orders).toMatchObject({ fills: 0, deniedByRisk: { order_notional: orders.asked } });
    const why = await cli(folder, 'why', 'run', 'AAPL', '2016-03-11');
    expect(why.stdout).toContain('denied: order_notional');
  });

  test('an unknown limit is answered with the one that was meant', async () => {
    const { code, stderr } = await cli(scratchFolder(), ...ORDER, '--set', 'risk.maxGrosExposure=1');
    expect(code).not.toBe(0);
    expect(stderr).toContain('Did you mean "maxGrossExposure"?');
  });
});
