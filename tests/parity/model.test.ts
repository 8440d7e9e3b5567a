import { beforeAll, expect, test } from 'vitest';
import { pipelineConfigSchema } from '#research';
import { planModel, type ModelPlan } from '../../src/apps/cli/paper/model-plan.ts';
import { modelSignals } from '../../src/apps/cli/paper/model-feed.ts';
import { runCli } from '../../src/apps/cli/program.ts';
import { scratch } from '../live/fixtures.ts';
import { backtestOf, barsOfJournal, outputsOfBacktest, outputsOfJournal, tradeOnPaper } from './journal-replay.ts';

let plan: ModelPlan;

beforeAll(async () => {
  const workspace = scratch();
  const sink = { write: () => true } as unknown as NodeJS.WritableStream;
  const io = { stdout: sink, stderr: sink, environment: {}, cwd: workspace };
  const small = ['--set', 'model.shuffledControls=1', '--set', 'model.folds=2', '--set', 'model.trees=40'];
  expect(await runCli(['pipeline', '--symbols', 'AAPL', '--workers', '1', '--json', '--workspace', workspace, ...small], io)).toBe(0);
  plan = await planModel(workspace, undefined, { value: pipelineConfigSchema.parse({}), origins: new Map() });
});

test("the pipeline's model, its signals made bar by bar, trades as it does in a backtest on signals made at once", () => {
  const records = tradeOnPaper(plan.setup, plan.series);
  const paper = outputsOfJournal(records);
  const bars = barsOfJournal(records, plan.setup);
  const strategy = plan.strategyOn(modelSignals(plan.parts, bars));
  const backtest = outputsOfBacktest(backtestOf(plan.setup, bars, [strategy]), plan.setup.tradeFrom);
  expect(paper).toEqual(backtest);
  expect(paper.fills.length).toBeGreaterThan(10);
});

test('training data are not traded', async () => {
  const origins = new Map<string, string>();
  await expect(planModel(scratch(), undefined, { value: pipelineConfigSchema.parse({}), origins })).rejects.toThrow(/no model/);
});
