import type { TradingSession } from '#live';
import { sparkline } from '#research';
import type { Style } from '../terminal.ts';
import { dayOf, money, signed, units, type Happening } from './happenings.ts';

/** Everything the picture is drawn from. */
export interface ScreenState {
  readonly session: TradingSession;
  readonly what: string;
  readonly source: string;
  readonly equity: readonly number[];
  readonly recent: readonly Happening[];
  /** The last thing each strategy said, by symbol. */
  readonly said: ReadonlyMap<string, string>;
  readonly done: number;
  readonly total: number;
  readonly level: string;
  readonly reconciled: string;
  readonly speed: string;
  readonly refused: number;
}

const PRICE_POINTS = 48;
const RECENT_LINES = 8;
/** Lines of the picture beside those of the symbols, and one for the cursor. */
const FIXED_LINES = 9 + RECENT_LINES + 2;

/** The picture of a running session, line by line, none wider than `width`; symbols that `height` has no room for are counted. */
export function screenLines(state: ScreenState, width: number, height: number, style: Style): string[] {
  const { session } = state;
  const { engine, timeframe } = session;
  const start = session.header.account.cash;
  const change = engine.equityNow / start - 1;
  const { trades } = engine.ledger;
  const wins = trades.filter(({ pnl }) => pnl > 0).length;
  const paint = (value: number, text: string): string => (value > 0 ? style.green(text) : value < 0 ? style.red(text) : text);
  const shown = symbolsShown(session, Math.max(1, Math.floor((height - FIXED_LINES) / 3)));
  const hidden = session.header.symbols.length - shown.length;
  const lines = [
    `${style.bold('Paper session')}  ${state.what} on the simulated venue, ${state.speed}`,
    style.dim(fit(state.source, width)),
    '',
    `${style.bold(dayOf(session.lastTime, timeframe.ms))}   ${bar(state.done, state.total, 24)} ${state.done} of ${state.total} bars   ${state.level}   ${state.reconciled}`,
    '',
    ...shown.flatMap((at) => symbolLines(state, session.header.symbols[at]!, at, style, width)),
    ...(hidden > 0 ? [style.dim(`and ${hidden} more symbols`)] : []),
    `Equity  ${style.bold(money(engine.equityNow))}  ${paint(change, `${signed(change * 100)} %`)}   cash ${money(engine.ledger.cash)}   fees ${money(engine.ledger.feesPaid)}   trades ${trades.length}${trades.length === 0 ? '' : `, ${Math.round((100 * wins) / trades.length)} % won`}`,
    `        ${sparkline(Float64Array.from(state.equity), Math.min(PRICE_POINTS, width - 10))}`,
    '',
    style.bold('Latest'),
    ...Array.from({ length: RECENT_LINES }, (_, line) =>
      recentLine(state.recent[state.recent.length - 1 - line], timeframe.ms, width, style),
    ),
  ];
  return lines;
}

/** Symbols in their order; when there is no room for all, those with a position first. */
function symbolsShown({ engine, header }: TradingSession, room: number): readonly number[] {
  const all = header.symbols.map((_, at) => at);
  if (all.length <= room) return all;
  return all
    .toSorted((one, other) => Number(engine.ledger.net[other] !== 0) - Number(engine.ledger.net[one] !== 0) || one - other)
    .slice(0, room)
    .sort((one, other) => one - other);
}

function symbolLines(state: ScreenState, symbol: string, at: number, style: Style, width: number): string[] {
  const { session } = state;
  const { engine } = session;
  const series = session.series[at]!;
  if (series.length === 0) return [`${style.bold(symbol.padEnd(7))} no bar yet`, '', ''];
  const prices = series.close.subarray(Math.max(0, series.length - PRICE_POINTS), series.length);
  const price = prices.at(-1)!;
  const held = engine.ledger.net[at]!;
  const exits = engine.orders.length === 0 || held === 0 ? [] : engine.venue.ordersOf(at);
  const stop = exits.find(({ purpose }) => purpose === 'stop')?.stop;
  const target = exits.find(({ purpose }) => purpose === 'target')?.limit;
  const position = engine.ledger.positions().find((one) => one.symbol === symbol);
  const open = position === undefined ? 0 : position.quantity * (price - position.averagePrice);
  const where =
    position === undefined
      ? style.dim('flat')
      : `${held > 0 ? style.green('long') : style.red('short')} ${units(Math.abs(held))} at ${money(position.averagePrice)}   stop ${stop === undefined ? style.red('none') : money(stop)}   target ${target === undefined ? '-' : money(target)}   open ${open < 0 ? style.red(signed(open)) : style.green(signed(open))}`;
  return [
    `${style.bold(symbol.padEnd(7))} ${money(price).padStart(10)}  ${sparkline(prices, Math.min(PRICE_POINTS, Math.max(10, width - 22)))}`,
    `        ${where}`,
    style.dim(fit(`        ${state.said.get(symbol) ?? ''}`, width)),
  ];
}

function recentLine(happening: Happening | undefined, timeframeMs: number, width: number, style: Style): string {
  if (happening === undefined) return '';
  const text = fit(`  ${dayOf(happening.time, timeframeMs)}  ${happening.symbol.padEnd(6)} ${happening.text}`, width);
  if (happening.kind === 'trade') return (happening.pnl ?? 0) >= 0 ? style.green(text) : style.red(text);
  return happening.kind === 'refused' || happening.kind === 'guard' ? style.yellow(text) : text;
}

function bar(done: number, total: number, width: number): string {
  const filled = total === 0 ? width : Math.round((width * Math.min(done, total)) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
