import { firstRowAtOrAfter, type BarSeries } from '#domain';
import { compile, expandingRegime, institutionalFeatures, RegimeStream, type FeatureStream } from '#features';
import type { FeatureFeed, RowFeed } from '#live';
import { calibrate, predict, predictRow, type Calibrator, type GbdtModel } from '#ml';
import { labelEvents, regimeColumns, regimeOptions, regimeRow, type Barriers, type ModelSignals, type PipelineConfig } from '#research';

/** What the pipeline left behind that says what its model would do at a bar. */
export interface ModelParts {
  readonly model: GbdtModel;
  readonly calibrator: Calibrator;
  readonly barriers: Barriers;
  readonly config: PipelineConfig;
  readonly seam: number;
  /** Order of fractional differencing, by symbol. */
  readonly fracdiffOrder: ReadonlyMap<string, number>;
  /** No signal for bars that start earlier. */
  readonly tradeFrom: number;
}

const NAMES = ['probability', 'width', 'side'] as const;

export function featureGraph(parts: ModelParts, symbol: string): ReturnType<typeof compile> {
  const fracdiffOrder = parts.fracdiffOrder.get(symbol);
  return compile(
    institutionalFeatures({ regimeStates: parts.config.features.regimeStates, ...(fracdiffOrder === undefined ? {} : { fracdiffOrder }) }),
  );
}

/** The model's signals bar by bar: features stepped, the event rule asked, the model's score calibrated. */
export function modelFeed(parts: ModelParts): FeatureFeed {
  return { names: NAMES, open: (symbol) => new ModelLane(parts, symbol) };
}

class ModelLane implements RowFeed {
  readonly #parts: ModelParts;
  readonly #stream: FeatureStream;
  readonly #regime: RegimeStream;
  readonly #values: Float64Array;
  readonly #places: Int32Array;
  #started = false;

  constructor(parts: ModelParts, symbol: string) {
    const graph = featureGraph(parts, symbol);
    this.#parts = parts;
    this.#stream = graph.stream();
    this.#regime = new RegimeStream(2, regimeOptions(parts.config.features));
    this.#values = new Float64Array(graph.names.length);
    this.#places = Int32Array.from(parts.model.featureNames, (name) => graph.names.indexOf(name));
  }

  step(bars: BarSeries, row: number, out: Float64Array): void {
    out.fill(Number.NaN);
    if (bars.time[row]! < this.#parts.tradeFrom) return;
    // All bars up to the first that may trade, then one at a time.
    for (let next = this.#started ? row : 0; next <= row; next++)
      this.#stream.stepRow(bars, next, this.#values, this.#regime.step(regimeRow(bars, next)));
    this.#started = true;
    const event = lastEvent(bars, this.#parts);
    if (event?.row !== row) return;
    const score = predictRow(
      this.#parts.model,
      Float64Array.from(this.#places, (place) => this.#values[place]!),
    )[0]!;
    out[0] = calibrate(this.#parts.calibrator, score);
    out[1] = event.width;
    out[2] = event.side;
  }
}

/** The signals of whole series at once: what the feed gives bar by bar, for a backtest of the same decisions. */
export function modelSignals(parts: ModelParts, series: readonly BarSeries[]): ReadonlyMap<string, ModelSignals> {
  return new Map(
    series.map((bars) => {
      const regime = expandingRegime(regimeColumns(bars), regimeOptions(parts.config.features));
      const externals = Object.fromEntries(regime.probabilities.map((column, state) => [`regime_${state}`, column]));
      const columns = featureGraph(parts, bars.symbol).batch(bars, externals) as Record<string, Float64Array>;
      const scores = predict(
        parts.model,
        parts.model.featureNames.map((name) => columns[name]!),
        bars.length,
      );
      const missing = () => new Float64Array(bars.length).fill(Number.NaN);
      const signals = { probability: missing(), width: missing(), side: missing() };
      const events = labelEvents(bars, parts.barriers, parts.seam, parts.config);
      const first = firstRowAtOrAfter(bars, parts.tradeFrom);
      events.row.forEach((row, index) => {
        if (row < first) return;
        signals.probability[row] = calibrate(parts.calibrator, scores[row]!);
        signals.width[row] = events.width[index]!;
        signals.side[row] = events.side[index]!;
      });
      return [bars.symbol, signals] as const;
    }),
  );
}

function lastEvent(
  bars: BarSeries,
  { barriers, seam, config }: ModelParts,
): { readonly row: number; readonly width: number; readonly side: number } | undefined {
  const { row, width, side } = labelEvents(bars, barriers, seam, config);
  const last = row.length - 1;
  return last < 0 ? undefined : { row: row[last]!, width: width[last]!, side: side[last]! };
}
