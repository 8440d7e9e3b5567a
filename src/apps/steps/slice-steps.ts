import { z } from 'zod';
import { contentHash, DAY_MS } from '#core';
import { defineStep, executeTradingCycle, sliceContracts, type RegisteredStep, type SliceRegistry } from '#workflow';

const { data, analyze, market_regime, ml_strategy, position_sizing, backtest, adaptive_portfolio } = sliceContracts;
const perSymbol = z.array(z.string()).min(1);
const seriesList = z.array(data.output);
const analyses = z.array(analyze.output);
const regimes = z.array(market_regime.output);
const selections = z.array(ml_strategy.output);
const range = { start: z.string().optional(), end: z.string().optional() };
const backtestResult = backtest.output.extend({ symbol: z.string(), strategy: z.string() });

/**
 * The slices as workflow steps, each for all symbols at once. `settings` is whatever the slices were made with: it is part of the
 * steps' version, so that other settings make them run again.
 */
export function sliceSteps(registry: SliceRegistry, settings: unknown): readonly RegisteredStep[] {
  const common = { version: contentHash(settings), codeFiles: ['src'] };
  return [
    defineStep({
      ...common,
      name: 'slice.data',
      description: 'Fetch bars for each symbol',
      input: z.object({ symbols: perSymbol, ...range }),
      output: z.object({ series: seriesList }),
      run: async (context, { symbols, start, end }) => ({
        series: await each(
          symbols,
          (symbol) => registry.call('data', { symbol, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }),
          (fraction) => context.progress(fraction),
        ),
      }),
    }),
    defineStep({
      ...common,
      name: 'slice.analyze',
      description: 'Trend and volatility of each symbol',
      input: z.object({ series: seriesList }),
      output: z.object({ analyses }),
      run: async (_, { series }) => ({ analyses: await each(series, ({ symbol, bars }) => registry.call('analyze', { symbol, bars })) }),
    }),
    defineStep({
      ...common,
      name: 'slice.market_regime',
      description: 'Regime of each symbol, filtered forward',
      input: z.object({ series: seriesList }),
      output: z.object({ regimes }),
      run: async (_, { series }) => ({
        regimes: await each(series, ({ symbol, bars }) => registry.call('market_regime', { symbol, bars })),
      }),
    }),
    defineStep({
      ...common,
      name: 'slice.ml_strategy',
      description: 'Select a strategy and a direction for each symbol',
      input: z.object({ series: seriesList, analyses, regimes }),
      output: z.object({ selections }),
      run: async (_, input) => ({
        selections: await each(input.series, ({ symbol, bars }, index) =>
          registry.call('ml_strategy', { symbol, bars, analysis: input.analyses[index]!, regime: input.regimes[index]! }),
        ),
      }),
    }),
    defineStep({
      ...common,
      name: 'slice.position_sizing',
      description: 'Size each position',
      input: z.object({ analyses, regimes, selections, equity: z.number().positive() }),
      output: z.object({ positions: z.array(position_sizing.output) }),
      run: async (_, input) => ({
        positions: await each(input.analyses, (analysis, index) =>
          registry.call('position_sizing', {
            symbol: analysis.symbol,
            analysis,
            regime: input.regimes[index]!,
            selection: input.selections[index]!,
            equity: input.equity,
          }),
        ),
      }),
    }),
    defineStep({
      ...common,
      name: 'slice.backtest',
      description: 'Backtest each symbol with the strategy selected for it, or with the one named',
      input: z.object({
        symbols: perSymbol,
        selections: selections.optional(),
        strategy: z.string().optional(),
        parameters: z.record(z.string(), z.unknown()).optional(),
        ...range,
      }),
      output: z.object({ results: z.array(backtestResult) }),
      run: async (context, { symbols, selections: chosen, strategy, parameters, start, end }) => ({
        results: await each(
          symbols,
          async (symbol, index) => {
            const name = strategy ?? chosen?.[index]?.strategy ?? 'sma-cross';
            const answer = await registry.call('backtest', {
              symbols: [symbol],
              strategy: name,
              ...(parameters === undefined ? {} : { parameters: numbersOf(parameters) }),
              ...(start === undefined ? {} : { start }),
              ...(end === undefined ? {} : { end }),
            });
            return { ...answer, symbol, strategy: name };
          },
          (fraction) => context.progress(fraction),
        ),
      }),
    }),
    defineStep({
      ...common,
      name: 'slice.trading_cycle',
      description: 'One whole trading cycle for each symbol: data, analysis, regime, strategy, size, execution, monitor',
      input: z.object({ symbols: perSymbol, equity: z.number().positive() }),
      output: z.object({ results: z.array(z.looseObject({ symbol: z.string(), outcome: z.string() })) }),
      run: async (_, { symbols, equity }) => ({
        results: await each(symbols, async (symbol) => ({
          ...(await executeTradingCycle(registry, symbol, { equity, venue: 'paper_trade' })),
        })),
      }),
    }),
    defineStep({
      ...common,
      name: 'slice.optimize',
      timeoutMs: DAY_MS,
      description: 'Search the parameters of a strategy',
      input: sliceContracts.optimize.input,
      output: sliceContracts.optimize.output,
      run: (_, input) => registry.call('optimize', input),
    }),
    defineStep({
      ...common,
      name: 'slice.adaptive_portfolio',
      description: 'Weights across symbols',
      input: adaptive_portfolio.input,
      output: adaptive_portfolio.output,
      run: (_, input) => registry.call('adaptive_portfolio', input),
    }),
  ];
}

async function each<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  progress?: (fraction: number) => void,
): Promise<R[]> {
  const answers: R[] = [];
  for (const [index, item] of items.entries()) {
    answers.push(await work(item, index));
    progress?.((index + 1) / items.length);
  }
  return answers;
}

/** The parameters that a strategy can take: search may also report words. */
function numbersOf(parameters: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
