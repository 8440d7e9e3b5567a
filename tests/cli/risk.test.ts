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

  test('costs that eat the edge of an entry veto it in a backtest and on paper, and why tells it', async () => {
    const folder = scratchFolder();
    const limit = ['--set', 'risk.maxCostToEdge=0.5', '--set', 'risk.expectedEdgeBps=10'];
    await cli(folder, ...ORDER, '--out', 'run', ...limit);
    const { stdout } = await cli(folder, 'why', 'run', 'AAPL', '2016-03-11');
    expect(stdout).toMatch(
      /denied: impact_eats_edge: The round trip costs \d\.\d\d bp against an expected edge of 10\.00 bp\. Costs may eat 50 %/,
    );
    const paper = await cli(folder, 'paper', '--strategy', 'sma-cross', '--symbols', 'AAPL', '--state', 'state', ...limit);
    expect(paper.stdout).toMatch(/2016-03-11 .* denied: impact_eats_edge/);
    expect(paper.stdout).toMatch(/Orders that the limits refused: \d+ \(impact_eats_edge\)/);
  });

  test('an unknown limit is answered with the one that was meant', async () => {
    const { code, stderr } = await cli(scratchFolder(), ...ORDER, '--set', 'risk.maxGrosExposure=1');
    expect(code).not.toBe(0);
    expect(stderr).toContain('Did you mean "maxGrossExposure"?');
  });
});
