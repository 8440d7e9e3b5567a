import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean, sha256, toIso, UserError } from '#core';
import type { AssetClass, BarSeries } from '#domain';
import { chooseCalibrator, gbdtFromJson } from '#ml';
import {
  fitOutOfFold,
  modelStrategy,
  pipelineConfigSchema,
  limitsFor,
  roundTripCost,
  type Barriers,
  type FeatureNotes,
  type ModelSignals,
  type OutOfFold,
  type Payoff,
  type PipelineConfig,
} from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import { loadLateSeries } from '../../late-series.ts';
import { PLACES, readJson, symbolFile } from '../../steps/files.ts';
import { readColumns, readSeries } from '../../steps/tables.ts';
import { featureGraph, inputsOf, modelFeed, type ModelParts } from './model-feed.ts';
import { breakerOf, withModelWatch } from './safety.ts';
import { commonSetup, dateOf, type PaperPlan } from './common-setup.ts';

export function hasModel(workspace: string): boolean {
  return [PLACES.model, PLACES.calibrator, PLACES.labelNotes, 'results/lineage.json'].every((place) => existsSync(join(workspace, place)));
}

/** The settings that the model of a workspace was made with. */
export function settingsOfModel(workspace: string): PipelineConfig {
  return pipelineConfigSchema.parse(readJson<{ parameters: unknown }>(join(workspace, 'results/lineage.json')).parameters);
}

/** The plan, and the model's parts for whoever wants the same decisions in a backtest. */
export interface ModelPlan extends PaperPlan {
  readonly parts: ModelParts;
  /** A fresh strategy on other signals: empty ones when they come bar by bar. */
  strategyOn(signals: ReadonlyMap<string, ModelSignals>): ReturnType<typeof modelStrategy>;
}

/** What the pipeline left in a workspace: its model, and the bars that it was made from and judged on. */
export interface SavedModel {
  readonly parts: Omit<ModelParts, 'tradeFrom'>;
  readonly outOfFold: OutOfFold;
  readonly payoff: Payoff;
  readonly series: readonly BarSeries[];
  /** What the user is told about the bars, with the model's own mark. */
  readonly description: string;
  readonly verdict: readonly string[];
}

export async function readModel(workspace: string, given: ResolvedConfig<PipelineConfig>): Promise<SavedModel> {
  if (!hasModel(workspace))
    throw new UserError(`there is no model in ${workspace}`, 'Make one: edgewright pipeline. Or name a strategy: --strategy supertrend');
  const place = (path: string): string => join(workspace, path);
  const made = settingsOfModel(workspace);
  const config: PipelineConfig = {
    ...made,
    trading: changedOf('trading', made, given),
    risk: changedOf('risk', made, given),
    safety: changedOf('safety', made, given),
  };
  const notes = readJson<{ seam: string; symbols: readonly FeatureNotes[] }>(place(PLACES.featureNotes));
  const model = gbdtFromJson(readJson(place(PLACES.model)));
  const outOfFold = await outOfFoldOf(workspace);
  const parts = {
    model,
    firstCalibrator: fitOutOfFold(outOfFold, (scores, outcomes) => chooseCalibrator(scores, outcomes).calibrator),
    barriers: readJson<{ barriers: Barriers }>(place(PLACES.labelNotes)).barriers,
    config,
    seam: Date.parse(notes.seam),
    fracdiffOrder: new Map(notes.symbols.map((note) => [note.symbol, note.fracdiffOrder])),
    venueHours: notes.symbols[0]?.venueHours ?? 'us_equity',
    late: await loadLateSeries(config.features.series),
  };
  checkFeatures({ ...parts, tradeFrom: 0 }, notes.symbols);
  const { description } = readJson<{ data: { description: string } }>(place(PLACES.backtestReport)).data;
  return {
    parts,
    outOfFold,
    payoff: readJson<{ payoff: Payoff }>(place(PLACES.trainingMetrics)).payoff,
    series: await seriesOf(workspace, config, notes.symbols, given.value.symbols),
    description: `${description}; model ${sha256(readFileSync(place(PLACES.model))).slice(0, 8)}`,
    verdict: verdictNote(workspace),
  };
}

/** The pipeline's model on the bars it was made from, traded from where its training ended. */
export async function planModel(workspace: string, from: string | undefined, given: ResolvedConfig<PipelineConfig>): Promise<ModelPlan> {
  const saved = await readModel(workspace, given);
  const { seam } = saved.parts;
  const { timeframe } = saved.series[0]!;
  const tradeFrom = from === undefined ? seam - timeframe.ms : dateOf(from);
  if (tradeFrom < seam - timeframe.ms)
    throw new UserError(
      `--from ${from} lies in the model's training data, which end ${toIso(seam).slice(0, 10)}`,
      'What it has learned from proves nothing: begin there or later.',
    );
  const end = Math.max(...saved.series.map((bars) => bars.time.at(-1)!));
  if (tradeFrom > end) throw new UserError(`the bars end before ${from}`, `They run to ${toIso(end).slice(0, 10)}.`);
  return modelPlan(saved, saved.series, tradeFrom);
}

/** The model on these bars: those that it was made from, and whatever has come since. */
export function modelPlan(saved: SavedModel, series: readonly BarSeries[], tradeFrom: number): ModelPlan {
  const parts: ModelParts = { ...saved.parts, tradeFrom };
  const { config, barriers } = parts;
  const common = commonSetup(series, assetClassOf(config), config, tradeFrom, saved.description);
  const strategyOn = (signals: ReadonlyMap<string, ModelSignals>): ReturnType<typeof modelStrategy> =>
    modelStrategy({
      signals,
      maxBars: barriers.maxBars,
      payoff: saved.payoff,
      trading: config.trading,
      roundTripCost: roundTripCost(common.profile),
    });
  const strategy = strategyOn(new Map());
  return {
    setup: {
      ...common,
      strategies: [strategy],
      feeds: new Map([[strategy.name, modelFeed(parts)]]),
      account: { cash: config.trading.cash, leverage: 2 },
      limits: limitsFor(config.risk, 2),
      modelInputs: (symbol) => inputsOf(parts, symbol),
      safety: withModelWatch(breakerOf(config.safety), config.safety, {
        strategy: strategy.name,
        maxBars: barriers.maxBars,
        timeframeMs: common.timeframe.ms,
        seam: parts.seam,
        outOfFold: saved.outOfFold,
        calibrator: parts.firstCalibrator,
      }),
    },
    series,
    what: "the pipeline's model",
    notes: [
      'Sizes by Bayesian Kelly from no trades. Probabilities are calibrated on out-of-fold predictions of the training part, later on outcomes as they become known: nothing is learned from a bar before it is over.',
      ...saved.verdict,
    ],
    parts,
    strategyOn,
  };
}

/** Symbols, cash, direction and limits may be set anew; the rest is what the model was made with. */
export function changedOf<Section extends 'trading' | 'risk' | 'safety' | 'data'>(
  section: Section,
  made: PipelineConfig,
  given: ResolvedConfig<PipelineConfig>,
): PipelineConfig[Section] {
  const changed = Object.entries(given.value[section]).filter(
    ([key]) => (given.origins.get(`${section}.${key}`) ?? 'default') !== 'default',
  );
  return { ...made[section], ...Object.fromEntries(changed) };
}

async function seriesOf(
  workspace: string,
  config: PipelineConfig,
  notes: readonly FeatureNotes[],
  wanted: readonly string[],
): Promise<readonly BarSeries[]> {
  const known = notes.map(({ symbol }) => symbol);
  const unknown = wanted.find((symbol) => !known.includes(symbol));
  if (unknown !== undefined)
    throw new UserError(`the model was not made for ${unknown}`, didYouMean(unknown, known) || `It knows: ${known.join(', ')}.`);
  const symbols = wanted.length > 0 ? known.filter((symbol) => wanted.includes(symbol)) : known;
  const { timeframe } = config.data;
  return Promise.all(
    symbols.map((symbol) => readSeries(join(workspace, symbolFile(PLACES.data, symbol, `-${timeframe}.parquet`)), symbol, timeframe)),
  );
}

/** Predictions of models that had not seen the sample: what the first calibrator is chosen on, as the pipeline does, and staleness measured by. */
async function outOfFoldOf(workspace: string): Promise<OutOfFold> {
  const path = join(workspace, PLACES.outOfFoldPredictions);
  if (!existsSync(path))
    throw new UserError(`${workspace} holds a model without its out-of-fold predictions`, 'Make it again: edgewright pipeline.');
  const columns = await readColumns(path);
  return { probability: columns['raw']!, label: columns['label']! };
}

function checkFeatures(parts: ModelParts, notes: readonly FeatureNotes[]): void {
  for (const { symbol, graph } of notes) {
    if (featureGraph(parts, symbol).id !== graph)
      throw new UserError('the features have changed since the model was made', 'Make it again: edgewright pipeline.');
  }
}

function assetClassOf(config: PipelineConfig): AssetClass {
  const { assetClass, source } = config.data;
  if (assetClass !== undefined) return assetClass;
  if (source === 'synthetic') return 'synthetic';
  return source.startsWith('ccxt:') ? 'crypto' : 'us_equity';
}

function verdictNote(workspace: string): string[] {
  const path = join(workspace, PLACES.validationReport);
  if (!existsSync(path)) return [];
  const { verdict, statement } = readJson<{ verdict?: string; statement?: string }>(path);
  return verdict === 'failed' ? [`The pipeline's verdict on it: ${statement ?? 'failed'}`] : [];
}
