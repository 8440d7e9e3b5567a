import { didYouMean, UserError } from '#core';
import { external, type Expression } from '#features';
import type { LateSeries } from '#data';

/**
 * Late-known series as features beside the others, each an external series that is joined as of every bar's close. Throws `UserError`
 * for a name that is taken.
 */
export function lateExpressions(series: readonly { readonly name: string }[], taken: readonly string[]): Record<string, Expression> {
  const names = new Set(taken);
  for (const { name } of series) {
    if (names.has(name))
      throw new UserError(`there are two features called ${name}`, 'Give the series another name: features.series[…].name.');
    names.add(name);
  }
  return Object.fromEntries(series.map(({ name }) => [name, external(name)]));
}

/** Refuses a series by symbol that holds none of the run's symbols: a column of nothing would pass unseen. */
export function checkLateSymbols(series: readonly LateSeries[], symbols: readonly string[]): void {
  for (const { name, bySymbol } of series) {
    if (bySymbol.has('') || symbols.some((symbol) => bySymbol.has(symbol))) continue;
    throw new UserError(
      `the series ${name} has no values of ${symbols.length > 5 ? `any of the ${symbols.length} symbols` : symbols.join(', ')}`,
      bySymbol.size === 0
        ? 'All its values are missing.'
        : didYouMean(symbols[0]!, [...bySymbol.keys()]) || `It has: ${[...bySymbol.keys()].slice(0, 5).join(', ')}.`,
    );
  }
}
