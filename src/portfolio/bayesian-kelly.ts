import { didYouMean, UserError } from '#core';
import { kellyBinaryRaw } from './kelly.ts';
import {
  bakerMcHaleShrink,
  betaMean,
  betaVariance,
  edgeProbability,
  kellyAtQuantile,
  kellyPredictive,
  updateNormalInverseGamma,
  type BetaPosterior,
  type NormalInverseGamma,
} from './posterior.ts';

/** How the uncertainty of the win probability lowers the size: not at all (log-optimal), by Baker and McHale's factor, or by a lower quantile. */
export type UncertaintyRule = 'predictive' | 'shrink' | 'quantile';

export interface BayesianKellyConfig {
  /** Pseudo-trades of the prior on the win probability of any trade. */
  readonly priorWins: number;
  readonly priorLosses: number;
  /** How many pseudo-trades a signal's own calibrated probability is worth. */
  readonly signalStrength: number;
  /** Prior on the return per trade (a fraction of notional). */
  readonly returnPrior: NormalInverseGamma;
  /** Trades that must have closed before the realised returns may cap the size. */
  readonly returnCapAfterTrades: number;
  /** Each closed trade keeps this share of the weight of all earlier ones (1 = never forget). */
  readonly memory: number;
  readonly uncertainty: UncertaintyRule;
  /** The quantile of the rule 'quantile'. */
  readonly quantile: number;
  /** Fractional Kelly: 0.25 stakes a quarter of what the posterior asks for. */
  readonly kellyMultiplier: number;
  /** The largest notional of one position, as a fraction of equity. */
  readonly maxFraction: number;
  /** The largest loss at the stop, as a fraction of equity. */
  readonly maxRiskFraction: number;
  /** The first trades that are sized by the exploration rule. 0 switches exploration off. */
  readonly explorationTrades: number;
  /** Loss at the stop of an exploration trade, as a fraction of equity. */
  readonly explorationRiskFraction: number;
  /** Cumulated exploration losses, as a fraction of equity, at which exploration ends. */
  readonly explorationBudget: number;
  /** Loss per unit of notional that an exploration trade without a stop is assumed to risk. */
  readonly assumedStopFraction: number;
}

export const defaultBayesianKelly: BayesianKellyConfig = {
  priorWins: 1,
  priorLosses: 1,
  signalStrength: 30,
  returnPrior: { m: 0, kappa: 5, alpha: 3, beta: 0.001 },
  returnCapAfterTrades: 30,
  memory: 0.995,
  uncertainty: 'shrink',
  quantile: 0.1,
  kellyMultiplier: 0.5,
  maxFraction: 0.25,
  maxRiskFraction: 0.02,
  explorationTrades: 20,
  explorationRiskFraction: 0.0025,
  explorationBudget: 0.02,
  assumedStopFraction: 0.05,
};

/** Everything the sizer knows: plain numbers, safe in JSON. Never changed in place. */
export interface BayesianKellyState {
  readonly config: BayesianKellyConfig;
  readonly closedTrades: number;
  /** Weighted counts of realised wins and losses, the prior not included. */
  readonly wins: number;
  readonly losses: number;
  /** Wins the calibrated probabilities promised, and the weighted number of trades that carried one. */
  readonly promisedWins: number;
  readonly promisedTrades: number;
  /** Wins among the trades that carried a probability. */
  readonly keptWins: number;
  /** Weighted sums of winning returns and of losing returns (positive), per unit of notional. */
  readonly winReturnSum: number;
  readonly lossReturnSum: number;
  readonly returns: NormalInverseGamma;
  readonly explorationTradesClosed: number;
  /** Losses of exploration trades less their gains, never below 0, as a fraction of equity. */
  readonly explorationLoss: number;
}

/** One signal to be sized. Fractions of the entry price, all positive. */
export interface KellySignal {
  /** Calibrated probability that the target is reached before the stop; absent when no model speaks. */
  readonly probability?: number;
  readonly stopFraction?: number;
  readonly targetFraction?: number;
  /** Costs of the round trip, a fraction of notional. */
  readonly costFraction?: number;
}

export interface ClosedTradeOutcome {
  /** Net return per unit of notional. */
  readonly returnFraction: number;
  /** The calibrated probability the trade was entered on, when there was one. */
  readonly probability?: number;
  /** True when `bayesianKellySize` answered with the reason `exploration`. */
  readonly exploration?: boolean;
  /** The fraction of equity held; with it exploration losses are counted exactly. */
  readonly fraction?: number;
}

export type KellyReason = 'kelly' | 'capped' | 'exploration' | 'no_edge' | 'no_payoff' | 'exploration_exhausted';

export interface KellySize {
  /** Notional to hold, as a fraction of equity, at least 0. */
  readonly fraction: number;
  /** Loss at the stop (or at the average loss), as a fraction of equity. */
  readonly riskFraction: number;
  readonly reason: KellyReason;
  /** A sentence with the numbers behind the size. */
  readonly explanation: string;
  readonly posterior: BetaPosterior & {
    readonly mean: number;
    readonly deviation: number;
    readonly edgeProbability: number;
    readonly odds: number;
  };
}

function requireConfig(config: BayesianKellyConfig): void {
  const positive: readonly (keyof BayesianKellyConfig)[] = ['priorWins', 'priorLosses', 'assumedStopFraction', 'memory'];
  for (const [key, value] of Object.entries(config)) {
    if (!Object.hasOwn(defaultBayesianKelly, key))
      throw new UserError(`Unknown sizing setting "${key}".`, didYouMean(key, Object.keys(defaultBayesianKelly)));
    if (key === 'uncertainty' || key === 'returnPrior') continue;
    if (!(typeof value === 'number' && value >= 0))
      throw new UserError(`Sizing setting ${key} must be a number of at least 0, got ${String(value)}.`);
  }
  for (const key of positive) if (!((config[key] as number) > 0)) throw new UserError(`Sizing setting ${key} must be positive.`);
  if (config.memory > 1) throw new UserError(`Sizing setting memory must be at most 1, got ${config.memory}.`);
  if (!(config.quantile > 0 && config.quantile < 1))
    throw new UserError(`Sizing setting quantile must lie between 0 and 1, got ${config.quantile}.`);
  const rules: readonly string[] = ['predictive', 'shrink', 'quantile'];
  if (!rules.includes(config.uncertainty))
    throw new UserError(`Unknown uncertainty rule "${config.uncertainty}".`, didYouMean(config.uncertainty, rules));
}

/** A sizer that has seen no trade. Settings left out take `defaultBayesianKelly`; an unknown one throws `UserError` with a suggestion. */
export function createBayesianKelly(settings: Partial<BayesianKellyConfig> = {}): BayesianKellyState {
  const config = { ...defaultBayesianKelly, ...settings };
  requireConfig(config);
  return {
    config,
    closedTrades: 0,
    wins: 0,
    losses: 0,
    promisedWins: 0,
    promisedTrades: 0,
    keptWins: 0,
    winReturnSum: 0,
    lossReturnSum: 0,
    returns: config.returnPrior,
    explorationTradesClosed: 0,
    explorationLoss: 0,
  };
}

/** Forgets a little, always keeping the prior as the floor of what is believed. */
function fade(belief: NormalInverseGamma, prior: NormalInverseGamma, memory: number): NormalInverseGamma {
  if (memory === 1) return belief;
  const keep = (value: number, floor: number): number => floor + (value - floor) * memory;
  const kappa = keep(belief.kappa, prior.kappa);
  const m = (prior.kappa * prior.m + (belief.kappa * belief.m - prior.kappa * prior.m) * memory) / kappa;
  return { m, kappa, alpha: keep(belief.alpha, prior.alpha), beta: keep(belief.beta, prior.beta) };
}

/** The state after one more closed trade. Paper and shadow trades may be fed too: they teach without costing budget. */
export function updateBayesianKelly(state: BayesianKellyState, trade: ClosedTradeOutcome): BayesianKellyState {
  const { config } = state;
  const value = trade.returnFraction;
  if (!Number.isFinite(value)) throw new UserError(`A closed trade needs a finite return, got ${value}.`);
  const win = value > 0 ? 1 : 0;
  const memory = config.memory;
  const promised = trade.probability === undefined ? 0 : 1;
  const held = trade.fraction ?? config.explorationRiskFraction / config.assumedStopFraction;
  const explored = trade.exploration === true;
  return {
    config,
    closedTrades: state.closedTrades + 1,
    wins: state.wins * memory + win,
    losses: state.losses * memory + (1 - win),
    promisedWins: state.promisedWins * memory + (trade.probability ?? 0),
    promisedTrades: state.promisedTrades * memory + promised,
    keptWins: state.keptWins * memory + promised * win,
    winReturnSum: state.winReturnSum * memory + Math.max(0, value),
    lossReturnSum: state.lossReturnSum * memory + Math.max(0, -value),
    returns: updateNormalInverseGamma(fade(state.returns, config.returnPrior, memory), [value]),
    explorationTradesClosed: state.explorationTradesClosed + (explored ? 1 : 0),
    explorationLoss: explored ? Math.max(0, state.explorationLoss - value * held) : state.explorationLoss,
  };
}

/**
 * The belief about this signal's win probability. Without a calibrated probability it is the prior plus the realised wins and losses.
 * With one, the realised trades testify about the calibration: they count as trades at the signal's probability, shifted by the mean
 * difference between wins kept and wins promised, so that a good signal is not dragged to the base rate and a boastful model is.
 */
export function signalPosterior(state: BayesianKellyState, probability?: number): BetaPosterior {
  const { config } = state;
  if (probability === undefined) return { alpha: config.priorWins + state.wins, beta: config.priorLosses + state.losses };
  if (!(probability >= 0 && probability <= 1)) throw new UserError(`A signal's probability must lie between 0 and 1, got ${probability}.`);
  const trades = state.promisedTrades;
  const bias = trades > 0 ? (state.keptWins - state.promisedWins) / trades : 0;
  const rate = Math.min(1, Math.max(0, probability + bias));
  return {
    alpha: config.priorWins + config.signalStrength * probability + trades * rate,
    beta: config.priorLosses + config.signalStrength * (1 - probability) + trades * (1 - rate),
  };
}

interface Payoff {
  readonly gain: number;
  readonly loss: number;
}

/** What a win pays and a loss costs per unit of notional: the bracket's geometry when given, else what was realised. */
function payoffOf(state: BayesianKellyState, signal: KellySignal): Payoff | undefined {
  const cost = signal.costFraction ?? 0;
  const realisedGain = state.wins > 0 ? state.winReturnSum / state.wins : undefined;
  const realisedLoss = state.losses > 0 ? state.lossReturnSum / state.losses : undefined;
  // Realised returns are net already; the bracket's geometry is not.
  const gain = signal.targetFraction === undefined ? realisedGain : signal.targetFraction - cost;
  const loss = signal.stopFraction === undefined ? realisedLoss : signal.stopFraction + cost;
  if (gain === undefined || loss === undefined || !(loss > 0)) return undefined;
  return { gain, loss };
}

function requireFraction(value: number | undefined, name: string): void {
  if (value !== undefined && !(value >= 0 && Number.isFinite(value)))
    throw new UserError(`${name} must be a number of at least 0, got ${value}.`);
}

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;

/** Kelly's loss fraction at these odds under the configured rule for uncertainty, before the multiplier; floored at 0. */
function uncertainKelly(config: BayesianKellyConfig, posterior: BetaPosterior, odds: number): number {
  const atMean = Math.max(0, kellyBinaryRaw(betaMean(posterior), odds));
  if (config.uncertainty === 'predictive') return atMean;
  if (config.uncertainty === 'quantile') return Math.min(atMean, Math.max(0, kellyAtQuantile(posterior, odds, config.quantile)));
  return atMean * bakerMcHaleShrink(posterior, odds);
}

/**
 * The size of one signal. Kelly on the posterior of its win probability and the payoff of its bracket, lowered for uncertainty,
 * multiplied, capped; 0 without an edge. While few trades have closed and the exploration budget lasts, a fixed small risk instead,
 * so that a sizer without history can place its first trades. A calibrated probability that already speaks against the trade is
 * never explored. Deterministic; the state is not changed.
 */
export function bayesianKellySize(state: BayesianKellyState, signal: KellySignal): KellySize {
  requireFraction(signal.stopFraction, 'stopFraction');
  requireFraction(signal.targetFraction, 'targetFraction');
  requireFraction(signal.costFraction, 'costFraction');
  const belief = signalPosterior(state, signal.probability);
  const payoff = payoffOf(state, signal);
  const odds = payoff === undefined ? 1 : payoff.gain / payoff.loss;
  const posterior = {
    ...belief,
    mean: betaMean(belief),
    deviation: Math.sqrt(betaVariance(belief)),
    edgeProbability: odds > 0 ? edgeProbability(belief, odds) : 0,
    odds,
  };
  const answer = (reason: KellyReason, fraction: number, loss: number, explanation: string): KellySize => ({
    fraction,
    riskFraction: fraction * loss,
    reason,
    explanation,
    posterior,
  });
  if (payoff !== undefined && payoff.gain <= 0)
    return answer('no_edge', 0, 0, `Costs eat the target: a win would pay ${percent(payoff.gain)}.`);
  const { config } = state;
  const hopeless = payoff !== undefined && signal.probability !== undefined && kellyBinaryRaw(signal.probability, odds) <= 0;
  if (hopeless)
    return answer(
      'no_edge',
      0,
      0,
      `A calibrated probability of ${percent(signal.probability ?? 0)} at odds of ${odds.toFixed(3)} has no edge.`,
    );
  const exploration = explore(state, payoff?.loss ?? config.assumedStopFraction);
  if (exploration > 0) {
    const loss = payoff?.loss ?? config.assumedStopFraction;
    return answer(
      'exploration',
      exploration,
      loss,
      `Exploration trade ${state.explorationTradesClosed + 1} of ${config.explorationTrades}, risking ${percent(exploration * loss)} of equity.`,
    );
  }
  if (payoff === undefined)
    return answer('no_payoff', 0, 0, 'No stop and target, and no realised wins and losses to take the payoff from.');
  return sizeByKelly(state, posterior, payoff, answer);
}

/** The notional fraction of an exploration trade; 0 when exploration is over. */
function explore(state: BayesianKellyState, loss: number): number {
  const { config } = state;
  const left = config.explorationBudget - state.explorationLoss;
  if (state.explorationTradesClosed >= config.explorationTrades || left <= 0) return 0;
  return Math.min(Math.min(config.explorationRiskFraction, left) / loss, config.maxFraction);
}

function sizeByKelly(
  state: BayesianKellyState,
  posterior: KellySize['posterior'],
  payoff: Payoff,
  answer: (reason: KellyReason, fraction: number, loss: number, explanation: string) => KellySize,
): KellySize {
  const { config } = state;
  let wanted = (config.kellyMultiplier * uncertainKelly(config, posterior, posterior.odds)) / payoff.loss;
  const belief = `win probability ${percent(posterior.mean)} ± ${percent(posterior.deviation)} at odds of ${posterior.odds.toFixed(3)}`;
  if (wanted <= 0) {
    const exhausted = state.explorationLoss >= config.explorationBudget && config.explorationTrades > 0;
    const why = exhausted ? `; the exploration budget of ${percent(config.explorationBudget)} is spent` : '';
    return answer(exhausted ? 'exploration_exhausted' : 'no_edge', 0, payoff.loss, `No edge left: ${belief}${why}.`);
  }
  let reason: KellyReason = 'kelly';
  if (state.closedTrades >= config.returnCapAfterTrades) {
    const realised = config.kellyMultiplier * Math.max(0, kellyPredictive(state.returns));
    if (realised === 0)
      return answer('no_edge', 0, payoff.loss, `Realised trades return ${percent(state.returns.m)} on average, against ${belief}.`);
    if (realised < wanted) reason = 'capped';
    wanted = Math.min(wanted, realised);
  }
  const cap = Math.min(config.maxFraction, config.maxRiskFraction / payoff.loss);
  if (wanted > cap) reason = 'capped';
  const fraction = Math.min(wanted, cap);
  return answer(reason, fraction, payoff.loss, `${percent(fraction)} of equity from a ${belief}${reason === 'capped' ? ', capped' : ''}.`);
}
