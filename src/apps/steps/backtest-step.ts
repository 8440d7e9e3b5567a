import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { toIso } from '#core';
import {
  dailyEquity,
  backtestOutOfSample,
  buyAndHold,
  daysPerYear,
  equityCsv,
  finite,
  labelsConfigSchema,
  profileFigures,
  reportPerformance,
  tradesCsv,
  riskConfigSchema,
  tradingConfigSchema,
  type OutOfSampleRun,
  type ProfileResult,
} from '#research';
import { summarisePerformance, withExcursions } from '#statistics';
import { defineStep } from '#workflow';
import { samplesOf } from './calibrate-step.ts';
import { PLACES, writeJson } from './files.ts';
import { sectionsAsConfig } from './sections.ts';
import { backtestOutput, calibrateOutput, dataOutput, featuresOutput, labelsOutput, trainOutput } from './shapes.ts';
import { readColumns, readSeries, writeColumns } from './tables.ts';

/** Stage 6: the model traded on the validation part through the engine, in three cost profiles side by side. */
export const backtestStep = defineStep({
  name: 'backtest.model',
  description: 'Out-of-sample backtest with the conservative fill model',
  codeFiles: [
    'src/core',
    'src/domain',
    'src/execution',
    'src/engine',
    'src/backtest',
    'src/risk',
    'src/portfolio',
    'src/strategy',
    'src/statistics',
    'src/research/pipeline',
    'src/apps/steps/backtest-step.ts',
  ],
  input: z.object({
    data: dataOutput,
    features: featuresOutput,
    labels: labelsOutput,
    train: trainOutput,
    calibrate: calibrateOutput,
    labelling: labelsConfigSchema,
    trading: tradingConfigSchema,
    risk: riskConfigSchema,
    seed: z.int(),
  }),
  output: backtestOutput,
  async run(context, input) {
    const { data, trading } = input;
    const config = sectionsAsConfig({ trading, risk: input.risk, seed: input.seed, labels: input.labelling });
    const series = await Promise.all(
      data.datasets.map((dataset) => readSeries(context.inputPath(dataset.path), dataset.symbol, data.timeframe)),
    );
    const columns = await readColumns(context.inputPath(PLACES.calibratedPredictions));
    const samples = samplesOf(
      columns,
      series.map((bars) => bars.symbol),
    );
    const { seam } = input.features;
    const runs = backtestOutOfSample(
      series,
      samples,
      columns['calibrated']!,
      seam,
      { maxBars: input.labels.maxBars, payoff: input.train.payoff },
      data.assetClass,
      config,
    );
    const periodsPerYear = daysPerYear(data.alwaysOpen);
    const main = runs.find((run) => run.profile === trading.profile)!;
    const benchmark = buyAndHold(series, main.equity, trading.cash);
    const trades = withExcursions(main.result.trades, series);
    const report = reportPerformance({ ...asResult(main), trades }, benchmark, periodsPerYear, input.seed);
    writeJson(
      context.outputPath(PLACES.backtestReport),
      finite({
        data: { description: data.description, kind: data.kind, symbols: samples.symbols, timeframe: data.timeframe },
        ...ownFigures(main, trading.cash),
        statistics: report.summary,
        intervals: report.intervals,
        psr: report.psr,
        winRate: report.winRate,
        profiles: runs.map((run) => profileFigures(asResult(run), periodsPerYear)),
        benchmark: summarisePerformance({ equity: dailyEquity(benchmark).equity, periodsPerYear }),
        ...ordersOf(main),
      }),
    );
    writeFileSync(context.outputPath(PLACES.equityCurve), equityCsv(main.equity));
    writeFileSync(context.outputPath(PLACES.trades), tradesCsv(trades));
    writeJson(context.outputPath(PLACES.tradeRecords), trades);
    await writeColumns(context.outputPath(PLACES.curves), {
      time: main.equity.time,
      benchmark: benchmark.equity,
      ...Object.fromEntries(runs.map((run) => [run.profile, run.equity.equity])),
    });
    writeJson(context.outputPath(PLACES.kelly), main.kelly);
    const known = (value: number) => (Number.isFinite(value) ? value : null);
    return {
      trades: trades.length,
      sharpe: known(report.summary.sharpe),
      maxDrawdown: known(Math.abs(report.summary.maxDrawdown)),
      totalReturn: known(report.summary.totalReturn),
    };
  },
});

function asResult({ profile, equity, result }: OutOfSampleRun): ProfileResult {
  return { profile, equity, trades: result.trades };
}

function ownFigures({ equity, profile }: OutOfSampleRun, cash: number) {
  const [from, to] = [equity.time[0]!, equity.time.at(-1)!].map(toIso);
  return { period: { from, to, outOfSample: true }, profile, cash };
}

function ordersOf({ result, kelly }: OutOfSampleRun) {
  const { orders, fills, refusals, orderHash, turnover, feesPaid } = result;
  return { orders: { asked: orders.length, fills: fills.length, deniedByRisk: refusals, hash: orderHash }, turnover, feesPaid, kelly };
}
