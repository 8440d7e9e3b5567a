import type { JournaledSession } from '#live';
import { wrapWords, type CliEnvironment } from '../terminal.ts';
import { money, units } from './happenings.ts';

export interface PaperOutcome {
  readonly stopped: 'end_of_data' | 'signal' | 'halted';
  readonly reason: string;
  readonly bars: number;
  readonly recoveredBars: number;
  readonly orders: number;
  readonly fills: number;
  /** Orders that the limits refused, by code. */
  readonly deniedByRisk: Readonly<Record<string, number>>;
  readonly trades: number;
  readonly equity: number;
  readonly positions: readonly { readonly symbol: string; readonly quantity: number; readonly stop: number | null }[];
  readonly reconciliations: number;
  readonly journalHash: string;
}

/** Where a session stands when it stops. */
export function outcomeOf(
  live: JournaledSession,
  how: Pick<PaperOutcome, 'stopped' | 'reason' | 'bars' | 'reconciliations'>,
): PaperOutcome {
  const { engine, header } = live.session;
  return {
    ...how,
    recoveredBars: live.recoveredInstants,
    orders: engine.orders.length,
    fills: engine.fills.length,
    deniedByRisk: Object.fromEntries(engine.gate?.counts ?? []),
    trades: engine.ledger.trades.length,
    equity: engine.equityNow,
    positions: engine.ledger.positions().map(({ symbol, quantity }) => ({
      symbol,
      quantity,
      stop: engine.venue.ordersOf(header.symbols.indexOf(symbol)).find(({ purpose }) => purpose === 'stop')?.stop ?? null,
    })),
    journalHash: live.hash,
  };
}

const WHY: Readonly<Record<PaperOutcome['stopped'], string>> = {
  end_of_data: 'The recorded bars are at their end',
  signal: 'Stopped',
  halted: 'Halted',
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The last words of a session. */
export function printOutcome(outcome: PaperOutcome, folder: string, io: CliEnvironment): void {
  const { positions } = outcome;
  const line = (text: string): void => void io.stdout.write(`${wrapWords(text, io.stdout.columns, 2)}\n`);
  line('');
  if (outcome.bars === 0 && outcome.stopped === 'end_of_data')
    line('There is no new bar: this session has traded all that was recorded. --fresh begins it anew.');
  else
    line(
      `${WHY[outcome.stopped]}. ${counted(outcome.bars, 'bar')}, ${counted(outcome.orders, 'order')}, ${counted(outcome.fills, 'fill')}, ${counted(outcome.trades, 'closed trade')}; equity ${money(outcome.equity)}.`,
    );
  for (const [code, count] of Object.entries(outcome.deniedByRisk)) line(`Orders that the limits refused: ${count} (${code}).`);
  if (positions.length === 0) line('No position is open.');
  for (const { symbol, quantity, stop } of positions)
    line(`Open: ${symbol} ${units(quantity)}, ${stop === null ? 'WITHOUT a stop' : `its stop at ${money(stop)} stays at the venue`}.`);
  line(`Journal, log and execution report: ${folder}. Journal hash ${outcome.journalHash.slice(0, 16)}.`);
  if (outcome.stopped === 'signal') line('The same command goes on from here.');
}
