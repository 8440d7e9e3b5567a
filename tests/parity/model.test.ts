import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { toDate } from '#core';
import { firstRowAtOrAfter, sliceBars, type Trade } from '#domain';
import { TradingSession } from '#live';
import { pipelineConfigSchema, type ModelSignals } from '#research';
import { modelFeed } from '../../src/apps/cli/paper/model-feed.ts';
import { planModel, type ModelPlan } from '../../src/apps/cli/paper/model-plan.ts';
import { runCli } from '../../src/apps/cli/program.ts';
import { PLACES, readJson } from '../../src/apps/steps/files.ts';
import { readColumns } from '../../src/apps/steps/tables.ts';
import { scratch } from '../live/fixtures.ts';
import { backtestOf, barsOfJournal, outputsOfBacktest, outputsOfJournal, tradeOnPaper } from './journal-replay.ts';

const GIVEN = { value: pipelineConfigSchema.parse({}), origins: new Map<string, string>() };
const SMALL = ['--set', 'model.shuffledControls=1', '--set', 'model.folds=2', '--set', 'model.trees=20'];

interface Made {
  readonly workspace: string;
  readonly plan: ModelPlan;
  /** The pipeline's validation predictions, calibrated as it went. */
  readonly predictions: Readonly<Record<string, Float64Array>>;
}

async function makeModel(...settings: readonly string[]): Promise<Made> {
  const workspace = scratch();
  const sink = { write: () => true } as unknown as NodeJS.WritableStream;
  const io = { stdout: sink, stderr: sink, environment: {}, cwd: workspace };
  expect(await runCli(['pipeline', '--workers', '1', '--json', '--workspace', workspace, ...SMALL, ...settings], io)).toBe(0);
  return {
    workspace,
    plan: await planModel(workspace, undefined, GIVEN),
    predictions: await readColumns(join(workspace, PLACES.calibratedPredictions)),
  };
}

/** What the pipeline calibrated as it went, on the bars that decided. */
function pipelineSignals({ plan, predictions }: Made, series = plan.series): ReadonlyMap<string, ModelSignals> {
  return new Map(
    series.map((bars, symbol) => {
      const missing = () => new Float64Array(bars.length).fill(Number.NaN);
      const signals = { probability: missing(), width: missing(), side: missing(), score: missing() };
      predictions['row']!.forEach((row, index) => {
        if (predictions['symbol']![index] !== symbol || row >= bars.length) return;
        signals.probability[row] = predictions['calibrated']![index]!;
        signals.width[row] = predictions['width']![index]!;
        signals.side[row] = predictions['side']![index]!;
        signals.score[row] = predictions['raw']![index]!;
      });
      return [bars.symbol, signals] as const;
    }),
  );
}

/** A series by symbol whose values become known ten days late, under a name that sorts before the regimes'. */
function lateSeries(): string {
  const path = join(scratch(), 'early_bird.csv');
  const day = (at: number) => toDate(Date.UTC(2000, 0, 3 + at));
  const rows = Array.from({ length: 120 }, (_, at) =>
    ['ONE', 'TWO'].map((symbol) => `${symbol},${day(at * 10)},${Math.sin(at + symbol.length)}`),
  );
  writeFileSync(path, `symbol,time,value\n${rows.flat().join('\n')}\n`);
  return path;
}
const LATE = JSON.stringify([{ file: lateSeries(), lag: '10d' }]);

describe.each([
  [
    'two symbols',
    ['--source', 'synthetic', '--symbols', 'ONE,TWO', '--set', 'data.syntheticBars=1200', '--set', 'labels.cusumMultiple=0.4'],
  ],
  [
    'a late-known series',
    [
      '--source',
      'synthetic',
      '--symbols',
      'ONE,TWO',
      '--set',
      'data.syntheticBars=1200',
      '--set',
      'labels.cusumMultiple=0.4',
      '--set',
      `features.series=${LATE}`,
    ],
  ],
  ['meta-labelling on every bar', ['--symbols', 'AAPL,SP500', '--set', 'labels.meta=true', '--set', 'labels.cusumMultiple=0']],
])('%s', (_, settings) => {
  let made: Made;
  beforeAll(async () => {
    made = await makeModel(...settings);
  });

  test('each probability, bar by bar, is the one that the pipeline calibrated as it went, with as many refits', () => {
    const { plan, predictions } = made;
    const signals = pipelineSignals(made);
    const opened = modelFeed(plan.parts).open();
    const lanes = plan.series.map((bars) => opened(bars.symbol));
    const out = new Float64Array(3);
    const times = Array.from(new Set(plan.series.flatMap((bars) => Array.from(bars.time)))).sort((one, other) => one - other);
    const lastWhole = lastWholeTime(plan);
    let compared = 0;
    for (const time of times) {
      const here = plan.series.map((bars) => {
        const row = firstRowAtOrAfter(bars, time);
        return bars.time[row] === time ? { row, known: sliceBars(bars, 0, row + 1) } : undefined;
      });
      here.forEach((at, lane) => at && lanes[lane]!.observe!(at.known, at.row));
      here.forEach((at, lane) => {
        if (at === undefined) return;
        lanes[lane]!.step(at.known, at.row, out);
        if (time > lastWhole) return;
        const { probability, width } = signals.get(at.known.symbol)!;
        expect([out[0], out[1]]).toEqual([probability[at.row], width[at.row]]);
        if (!Number.isNaN(out[0]!)) compared++;
      });
    }
    expect(compared).toBeGreaterThan(100);
    const { refits } = readJson<{ refits: readonly unknown[] }>(join(made.workspace, PLACES.calibrationMetrics));
    expect(refits.length).toBeGreaterThan(1);
    expect(predictions['row']!.length).toBeGreaterThanOrEqual(compared);
  });

  test("a paper session trades as a backtest on the pipeline's own probabilities does, and as the pipeline's backtest did", () => {
    const { plan } = made;
    const end = lastWholeTime(plan);
    const series = plan.series.map((bars) => sliceBars(bars, 0, firstRowAtOrAfter(bars, end + 1)));
    const records = tradeOnPaper(plan.setup, series);
    const paper = outputsOfJournal(records);
    const strategy = plan.strategyOn(pipelineSignals(made, series));
    const backtest = outputsOfBacktest(backtestOf(plan.setup, barsOfJournal(records, plan.setup), [strategy]), plan.setup.tradeFrom);
    expect(paper).toEqual(backtest);
    expect(paper.fills.length).toBeGreaterThan(10);

    // The pipeline's backtest has no correlation breaker.
    const { safety: _breaker, ...unguarded } = plan.setup;
    const session = new TradingSession({ ...unguarded, strategies: [plan.strategyOn(new Map())] });
    for (const record of records) if (record.kind === 'bars') session.take(record);
    const pipeline = readJson<readonly Trade[]>(join(made.workspace, PLACES.tradeRecords));
    const done = session.engine.ledger.trades;
    const whatHappened = ({ symbol, side, entryTime, entryPrice, exitTime, exitPrice, exitReason, pnl }: Trade) =>
      [symbol, side, entryTime, entryPrice, exitTime, exitPrice, exitReason, pnl] as const;
    expect(done.map(whatHappened)).toEqual(pipeline.slice(0, done.length).map(whatHappened));
    expect(done.length).toBeGreaterThan(5);
  });
});

/** What the pipeline's bars end before, it leaves unresolved; a session knows it as soon as a barrier is touched. */
function lastWholeTime({ series, parts }: ModelPlan): number {
  return Math.min(...series.map((bars) => bars.time.at(-2 - parts.barriers.maxBars)!));
}

test('training data are not traded', async () => {
  await expect(planModel(scratch(), undefined, GIVEN)).rejects.toThrow(/no model/);
});
