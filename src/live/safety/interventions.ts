import type { OrderRequest } from '#domain';
import type { SupervisedEngine } from '#engine';
import type { WorkingOrder } from '#execution';

/** Takes back every order that could still open a position; exits stay where they are. */
export function withdrawEntries(engine: SupervisedEngine, reason: string, covers: (strategy: string) => boolean): void {
  engine.symbols.forEach((_, symbol) => {
    for (const order of engine.venue.ordersOf(symbol)) if (mayOpen(order) && covers(order.strategyName)) engine.venue.cancel(order, reason);
  });
}

/** Asks the market to close every lot for which that was not asked yet. Stops stay in place until it has. */
export function closeEverything(engine: SupervisedEngine, covers: (strategy: string) => boolean): void {
  engine.strategyNames.forEach((name, strategy) => {
    if (!covers(name)) return;
    engine.symbols.forEach((_, symbol) => {
      const working = engine.venue.ordersOf(symbol);
      for (const { orderId } of engine.ledger.lots(strategy, symbol)) {
        const asked = working.some((order) => order.purpose === 'liquidation' && order.strategy === strategy && order.closes === orderId);
        if (!asked) engine.forceClose(strategy, symbol, orderId);
      }
    });
  });
}

/** The same order, smaller. Exits keep their size with the position they protect. */
export function scaled(request: OrderRequest, factor: number): OrderRequest {
  const { size } = request;
  if (typeof size === 'number') return { ...request, size: size * factor };
  switch (size.kind) {
    case 'units':
      return { ...request, size: { ...size, units: size.units * factor } };
    case 'notional':
      return { ...request, size: { ...size, notional: size.notional * factor } };
    case 'margin_fraction':
      return { ...request, size: { ...size, fraction: size.fraction * factor } };
    case 'target_weight':
      return { ...request, size: { ...size, weight: size.weight * factor } };
  }
}

function mayOpen(order: WorkingOrder): boolean {
  return order.open && !order.contingent && !order.reduceOnly && order.closes === 0;
}
