import { didYouMean, UserError } from '#core';
import type { BarSeries, Instrument } from '#domain';
import { executionProfile, type ExecutionProfile, type FeeSchedule } from '#execution';
import { instrumentFor, profileFor, PROFILES } from '#research';
import { quotedIn } from './account-currency.ts';
import type { HoldingCosts } from './holding-costs.ts';
import type { LoadedBars } from './load-bars.ts';

/** Fill models that follow another program's rules to the cent, or none at all: for checking against published results. */
const RULES_OF_OTHERS = ['frictionless', 'backtesting_py', 'lean'] as const;
const PROFILE_NAMES: readonly string[] = [...PROFILES, ...RULES_OF_OTHERS];

export type FillSettings = Readonly<Partial<Omit<ExecutionProfile, 'name' | 'fees'>>>;

/** What a run may change about its market and its account, beside the configuration. */
export interface MarketRules {
  readonly profile: string;
  /** Settings of the fill model, instead of the profile's own. */
  readonly fill: FillSettings;
  readonly fees: FeeSchedule | undefined;
  readonly leverage: number;
  /** Maintenance margin, borrow fees and interest. */
  readonly holding: HoldingCosts;
  /** Step of every quantity, in units; undefined for a millionth. */
  readonly lot: number | undefined;
  /** Every new order first cancels and closes what there is. */
  readonly exclusive: boolean;
  /** Long and short of a symbol side by side. */
  readonly hedging: boolean;
  readonly atEnd: EndRule;
}

/** What becomes of a position that is open when the data end. */
export type EndRule = 'close' | 'open' | 'mark';

export function profileNamed(given: string): string {
  if (PROFILE_NAMES.includes(given)) return given;
  throw new UserError(`there is no profile "${given}"`, didYouMean(given, PROFILE_NAMES) || `Use one of: ${PROFILE_NAMES.join(', ')}.`);
}

/** By the rules of others no limit of ours stands before an order, unless one is set. */
export function hasOwnLimits(profile: string): boolean {
  return !(RULES_OF_OTHERS as readonly string[]).includes(profile);
}

/** The fill model of a run under one of the named profiles: the profile, the fees of that market, then what the run itself asked for. */
export function executionOf({ fill, fees }: MarketRules, name: string, { assetClass }: LoadedBars): ExecutionProfile {
  const ours = PROFILES.find((one) => one === name);
  const profile = ours === undefined ? executionProfile(name) : profileFor(ours, assetClass);
  return { ...profile, ...(fees === undefined ? {} : { fees }), ...fill };
}

/** Other profiles to run beside the chosen one, for what the costs do to the result. */
export function profilesBeside(chosen: string): readonly string[] {
  return hasOwnLimits(chosen) ? PROFILES : [chosen, ...PROFILES];
}

export function instrumentsOf(series: readonly BarSeries[], { lot }: MarketRules, { assetClass, currency }: LoadedBars): Instrument[] {
  return series.map(({ symbol }) => {
    const known = instrumentFor(symbol, assetClass);
    const usual = currency === undefined ? known : { ...known, currency: quotedIn(symbol, assetClass) };
    return lot === undefined ? usual : { ...usual, lotSize: lot, minQuantity: lot, tickSize: 0 };
  });
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  marketFill: ['next_open', 'previous_close'],
  limitFill: ['through', 'touch', 'queue'],
  stopLimitFill: ['reference', 'pessimistic', 'close'],
  entryBarExits: ['pessimistic', 'next_bar'],
  trailing: ['over', 'within'],
  stopInMarket: ['triggers', 'rejected'],
  sequence: ['open_first', 'queue'],
  spreadOn: ['both', 'entry'],
  marginMark: ['open', 'close'],
  beyondMargin: ['refused', 'reduced'],
  limitImproves: ['true', 'false'],
  feesPerLot: ['true', 'false'],
  valuation: ['cash', 'trades'],
};
const NUMBERS = [
  'latencyBars',
  'latencyMs',
  'queueAhead',
  'queueTouchShare',
  'halfSpreadBps',
  'slippageBps',
  'randomSlippageBps',
  'volumeCap',
  'impactY',
  'impactWindow',
];
const SETTINGS = [...Object.keys(CHOICES), ...NUMBERS];

/** `halfSpreadBps=5 limitFill=touch …`: single settings of the fill model. */
export function parseFill(pairs: readonly string[]): FillSettings {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const [name, text] = [pair.slice(0, at), pair.slice(at + 1)];
      if (at < 1) throw new UserError(`--fill takes name=value, got "${pair}"`, 'Example: --fill halfSpreadBps=5');
      if (!SETTINGS.includes(name))
        throw new UserError(`the fill model has no "${name}"`, didYouMean(name, SETTINGS) || `It has: ${SETTINGS.join(', ')}.`);
      return [name, valueOf(name, text)];
    }),
  );
}

function valueOf(name: string, text: string): string | number | boolean {
  const choices = CHOICES[name];
  if (choices === undefined) {
    const value = text === 'none' && name === 'volumeCap' ? Number.POSITIVE_INFINITY : Number(text);
    const wholeOnly = name === 'latencyBars' || name === 'impactWindow';
    if (text.trim() === '' || !(value >= 0) || (wholeOnly && !(value >= 1 && Number.isInteger(value))))
      throw new UserError(`${name} cannot be "${text}"`, wholeOnly ? 'Give a whole number from 1.' : 'Give a number from 0.');
    return value;
  }
  if (!choices.includes(text))
    throw new UserError(`${name} cannot be "${text}"`, didYouMean(text, choices) || `Use ${choices.join(' or ')}.`);
  return text === 'true' ? true : text === 'false' ? false : text;
}
