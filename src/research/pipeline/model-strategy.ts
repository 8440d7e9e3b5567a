import type { Trade } from '#domain';
import {
  bayesianKellySize,
  createBayesianKelly,
  defaultBayesianKelly,
  updateBayesianKelly,
  type BayesianKellyState,
  type KellySize,
} from '#portfolio';
import { hold, long, short, type BarContext, type Decision, type FeatureInput, type Strategy } from '#strategy';
import type { PipelineConfig } from './config.ts';

/** What the model says at each bar of a symbol; NaN where it says nothing. Rows are those of the bars that are traded. */
export interface ModelSignals {
  /** Calibrated probability of the upper barrier (with meta-labelling: that `side` is right). */
  readonly probability: Float64Array;
  /** Distance of stop and target, a fraction of price. */
  readonly width: Float64Array;
  /** Direction of the primary signal with meta-labelling, else 0. */
  readonly side: Float64Array;
  /** What the model said before calibration: for whoever watches its drift. */
  readonly score?: Float64Array;
}

/** What a right and a wrong call earned and lost on the TRAINING part, in widths: less than 1 each, since time ends many trades early. */
export interface Payoff {
  readonly win: number;
  readonly loss: number;
}

export interface ModelStrategySetup {
  readonly signals: ReadonlyMap<string, ModelSignals>;
  readonly maxBars: number;
  readonly payoff: Payoff;
  readonly trading: PipelineConfig['trading'];
  /** Fees, spread and slippage of entry and exit, a fraction of notional. */
  readonly roundTripCost: number;
  /** Sizing state to go on from; a fresh one when absent. */
  readonly kelly?: BayesianKellyState;
}

/** A position of less than a thousandth of equity is not worth its order. */
const MIN_FRACTION = 0.001;

interface Entry {
  readonly width: number;
  readonly units: number;
  /** Expected gain before costs, a fraction of notional. */
  readonly edge: number;
}

/** The strategy, and the state of its sizing as trades close. */
export interface ModelStrategy extends Strategy {
  onTrade(trade: Trade): void;
  kelly(): BayesianKellyState;
}

/**
 * Trades the model: at each event the likelier side, sized by Bayesian Kelly, with stop, target and time limit where the label had them,
 * so that what is traded is what was learned. One position a symbol at a time.
 */
export function modelStrategy(setup: ModelStrategySetup): ModelStrategy {
  const { trading } = setup;
  let kelly =
    setup.kelly ??
    createBayesianKelly({ ...defaultBayesianKelly, kellyMultiplier: trading.kellyFraction, maxFraction: trading.maxPositionFraction });
  const entered = new Map<string, { readonly probability: number; readonly exploration: boolean }>();
  const series = (name: keyof ModelSignals): FeatureInput => {
    return (bars) => setup.signals.get(bars.symbol)?.[name] ?? new Float64Array(bars.length).fill(Number.NaN);
  };

  function onBar(context: BarContext): Decision {
    const probability = context.f['probability']!;
    if (Number.isNaN(probability)) return hold('no event');
    if (!context.position.flat) return hold('already in a position');
    if (context.orders().length > 0) return hold('an entry is waiting');
    const side = context.f['side']!;
    const upward = side === 0 ? probability >= 0.5 : side > 0;
    const chance = side === 0 && !upward ? 1 - probability : probability;
    if (trading.direction !== 'both' && upward !== (trading.direction === 'long')) return hold(`${trading.direction} only`);
    const width = context.f['width']!;
    // In a market as wild as that the barriers lie where no price can be.
    if (width >= (upward ? 1 : 10)) return hold(`a stop ${(width * 100).toFixed(0)} % away protects nothing`);
    const stopFraction = setup.payoff.loss * width;
    const targetFraction = setup.payoff.win * width;
    const edge = chance * targetFraction - (1 - chance) * stopFraction;
    const expected = edge - setup.roundTripCost;
    if (expected < trading.minEdge * width) return hold(`expected ${(expected * 100).toFixed(2)} % after costs is too little`);
    const size = bayesianKellySize(kelly, { probability: chance, stopFraction, targetFraction, costFraction: setup.roundTripCost });
    if (size.fraction < MIN_FRACTION) return hold(`too small a size: ${size.explanation}`);
    const units = (size.fraction * context.account.equity) / context.close;
    return enter(context.symbol, upward, chance, { width, units, edge }, size);
  }

  function enter(symbol: string, upward: boolean, chance: number, { width, units, edge }: Entry, size: KellySize): Decision {
    entered.set(symbol, { probability: chance, exploration: size.reason === 'exploration' });
    const plan = {
      stop: { percent: width },
      target: { percent: width },
      maxBars: setup.maxBars,
      units,
      expectedEdgeBps: edge * 10_000,
      reason: `p ${chance.toFixed(3)}, ${size.reason}`,
    };
    return upward ? long(plan) : short(plan);
  }

  function onTrade(trade: Trade): void {
    const entry = entered.get(trade.symbol);
    kelly = updateBayesianKelly(kelly, {
      returnFraction: trade.returnFraction,
      ...(entry === undefined ? {} : { probability: entry.probability, exploration: entry.exploration }),
    });
  }

  return {
    name: 'model',
    features: { probability: series('probability'), width: series('width'), side: series('side'), score: series('score') },
    acceptsMissing: true,
    onBar,
    onTrade,
    kelly: () => kelly,
  };
}
