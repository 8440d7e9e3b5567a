import type { OrderRequest } from '#domain';
import { WARMING_UP, type RiskAccount, type RiskCheck } from '#engine';
import type { Strategy } from '#strategy';
import { hold } from '#strategy';

/**
 * Every entry is a bracket: an order that may open a position carries its stop, or it is refused. What only closes passes.
 * Orders for the session's close are refused too: which bar is a session's last is not known when it comes in.
 */
function entryFault(request: OrderRequest): string | undefined {
  if (request.type === 'market_on_close' || request.type === 'limit_on_close')
    return `a ${request.type} order needs the next bar to know the session is over; a session of live bars does not have it`;
  if (isClosing(request) || request.stopLoss !== undefined) return undefined;
  return 'an entry without a stop is refused; give stopLoss, or reduceOnly when it is meant to close';
}

export function isClosing(request: OrderRequest): boolean {
  return request.reduceOnly === true || request.closesOrder !== undefined;
}

/** Brackets first, then whatever else has a say, in order; the first refusal counts. */
export function protectedRisk(...more: readonly (RiskCheck | undefined)[]): RiskCheck {
  return (request: OrderRequest, account: RiskAccount) => {
    const fault = entryFault(request);
    if (fault !== undefined) return fault;
    for (const check of more) {
      const refused = check?.(request, account);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
}

/** The strategy, asked only about bars that start at or after `from`; earlier ones are for its features to warm up. */
export function tradingFrom(strategy: Strategy, from: number): Strategy {
  const { name, features } = strategy;
  const waits = hold(WARMING_UP);
  return {
    name,
    features,
    ...(strategy.parameters === undefined ? {} : { parameters: strategy.parameters }),
    ...(strategy.acceptsMissing === undefined ? {} : { acceptsMissing: strategy.acceptsMissing }),
    ...(strategy.mustDecide === undefined ? {} : { mustDecide: strategy.mustDecide }),
    ...(strategy.onBar === undefined ? {} : { onBar: (context) => (context.time < from ? waits : strategy.onBar!(context)) }),
    ...(strategy.onInstant === undefined
      ? {}
      : {
          onInstant: (context) => {
            if (context.time >= from) strategy.onInstant!(context);
          },
        }),
    ...(strategy.onTrade === undefined ? {} : { onTrade: (trade) => strategy.onTrade!(trade) }),
  };
}
