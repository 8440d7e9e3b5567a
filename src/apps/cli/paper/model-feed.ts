import { joinLateSeries, type LateSeries } from '#data';
import { sliceBars, type BarSeries, type VenueHours } from '#domain';
import { compile, institutionalFeatures, RegimeStream, type Expression, type FeatureStream } from '#features';
import type { FeatureFeed, RowFeed } from '#live';
import { calibrate, chooseCalibrator, predictRow, type Calibrator, type GbdtModel } from '#ml';
import {
  CalibrationWalk,
  EventStream,
  lateExpressions,
  regimeOptions,
  regimeRow,
  type Barriers,
  type Decided,
  type PipelineConfig,
} from '#research';

/** What the pipeline left behind that says what its model would do at a bar. */
export interface ModelParts {
  readonly model: GbdtModel;
  /** In force until outcomes are known: fitted on predictions of models that had not seen the sample. */
  readonly firstCalibrator: Calibrator;
  readonly barriers: Barriers;
  readonly config: PipelineConfig;
  readonly seam: number;
  /** Order of fractional differencing, by symbol. */
  readonly fracdiffOrder: ReadonlyMap<string, number>;
  readonly venueHours: VenueHours;
  /** Late-known series that the model was made with, as their files are now. */
  readonly late: readonly LateSeries[];
  /** No signal for bars that start earlier; the calibrator learns from outcomes since the seam all the same. */
  readonly tradeFrom: number;
}

const NAMES = ['probability', 'width', 'side', 'score'] as const;

export function featureGraph(parts: ModelParts, symbol: string): ReturnType<typeof compile> {
  const institutional = institutionalOf(parts, symbol);
  return compile<string>({ ...institutional, ...lateExpressions(parts.late, Object.keys(institutional)) });
}

/** What of a model's features the bars alone tell. */
export function inputsOf(parts: ModelParts, symbol: string): Readonly<Record<string, Expression>> {
  const own = Object.entries(institutionalOf(parts, symbol)).filter(([name]) => parts.model.featureNames.includes(name));
  return Object.fromEntries(own.filter(([name, expression]) => compile({ [name]: expression }).externals.length === 0));
}

function institutionalOf(parts: ModelParts, symbol: string): Readonly<Record<string, Expression>> {
  const fracdiffOrder = parts.fracdiffOrder.get(symbol);
  return institutionalFeatures({
    regimeStates: parts.config.features.regimeStates,
    venueHours: parts.venueHours,
    ...(fracdiffOrder === undefined ? {} : { fracdiffOrder }),
  });
}

/**
 * The model's signals bar by bar: features stepped, the event rule asked, the model's score calibrated. The calibrator is fitted anew as
 * the pipeline does in its validation part, on the outcomes of all symbols that have become known since the seam (docs/adr/0001).
 */
export function modelFeed(parts: ModelParts): FeatureFeed {
  return {
    names: NAMES,
    open() {
      const calibration = new SharedCalibration(parts.firstCalibrator);
      let opened = 0;
      return (symbol) => new ModelLane(parts, symbol, opened++, calibration);
    },
  };
}

interface Outcome {
  /** Start of the deciding bar. */
  readonly time: number;
  readonly lane: number;
  readonly score: number;
  readonly label: number;
}

/** One calibrator for all symbols. What ended with an instant is learned before the first prediction of that instant. */
class SharedCalibration {
  readonly #walk: CalibrationWalk;
  #ended: Outcome[] = [];

  constructor(first: Calibrator) {
    this.#walk = new CalibrationWalk(first, (scores, outcomes) => chooseCalibrator(scores, outcomes).calibrator);
  }

  ended(outcome: Outcome): void {
    this.#ended.push(outcome);
  }

  /** In the order of the pipeline's samples: by time of decision, then by symbol. */
  learn(): void {
    if (this.#ended.length === 0) return;
    for (const { score, label } of this.#ended.sort((one, other) => one.time - other.time || one.lane - other.lane))
      this.#walk.learn(score, label);
    this.#ended = [];
  }

  probability(score: number): number {
    return calibrate(this.#walk.calibratorNow(), score);
  }
}

class ModelLane implements RowFeed {
  readonly #parts: ModelParts;
  readonly #lane: number;
  readonly #calibration: SharedCalibration;
  readonly #events: EventStream;
  readonly #stream: FeatureStream;
  readonly #externalNames: readonly string[];
  readonly #regime: RegimeStream;
  readonly #values: Float64Array;
  readonly #places: Int32Array;
  /** Raw scores of events whose outcome is not known yet, by row. */
  readonly #open = new Map<number, number>();
  #decided: Decided | undefined;
  #started = false;

  constructor(parts: ModelParts, symbol: string, lane: number, calibration: SharedCalibration) {
    const graph = featureGraph(parts, symbol);
    this.#parts = parts;
    this.#lane = lane;
    this.#calibration = calibration;
    this.#events = new EventStream(parts.barriers, parts.config);
    this.#stream = graph.stream();
    this.#externalNames = graph.externals;
    this.#regime = new RegimeStream(2, regimeOptions(parts.config.features));
    this.#values = new Float64Array(graph.names.length);
    this.#places = Int32Array.from(parts.model.featureNames, (name) => graph.names.indexOf(name));
  }

  observe(bars: BarSeries, row: number): void {
    const { decided, resolved } = this.#events.step(bars, row);
    this.#decided = decided;
    for (const { row: at, label } of resolved) {
      const score = this.#open.get(at);
      if (score === undefined) continue;
      this.#open.delete(at);
      this.#calibration.ended({ time: bars.time[at]!, lane: this.#lane, score, label });
    }
  }

  /** In the order of the graph: `regime_0 …` and the late-known series by name. */
  #externals(regimes: ArrayLike<number>, late: Readonly<Record<string, Float64Array>>, at: number): ArrayLike<number> {
    if (this.#parts.late.length === 0) return regimes;
    return this.#externalNames.map((name) => late[name]?.[at] ?? regimes[Number(name.slice('regime_'.length))]!);
  }

  step(bars: BarSeries, row: number, out: Float64Array): void {
    out.fill(Number.NaN);
    this.#calibration.learn();
    const time = bars.time[row]!;
    if (time < this.#parts.seam - bars.timeframe.ms) return;
    // All bars up to the seam, then one at a time.
    const from = this.#started ? row : 0;
    const late = joinLateSeries(sliceBars(bars, from, row + 1), this.#parts.late);
    for (let next = from; next <= row; next++)
      this.#stream.stepRow(bars, next, this.#values, this.#externals(this.#regime.step(regimeRow(bars, next)), late, next - from));
    this.#started = true;
    if (this.#decided === undefined) return;
    const score = predictRow(
      this.#parts.model,
      Float64Array.from(this.#places, (place) => this.#values[place]!),
    )[0]!;
    this.#open.set(row, score);
    const probability = this.#calibration.probability(score);
    if (time < this.#parts.tradeFrom) return;
    out[0] = probability;
    out[1] = this.#decided.width;
    out[2] = this.#decided.side;
    out[3] = score;
  }
}
