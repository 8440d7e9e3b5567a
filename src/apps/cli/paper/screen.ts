import type { TradingSession } from '#live';
import { sparkline } from '#research';
import { wrapPieces, type Style } from '../terminal.ts';
import { dayOf, money, signed, signedPercent, units, type Happening } from './happenings.ts';

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

/** The picture of a running session, line by line, for a window of this size; symbols that there is no room for are counted. */
export function screenLines(state: ScreenState, width: number, height: number, style: Style): string[] {
  const { session } = state;
  const { symbols } = session.header;
  const head = headLines(state, width, style);
  const account = accountLines(state, width, style);
  // Three lines for a symbol at least, and one each for the others' count, the gap, the title and the cursor.
  const recentLines = Math.max(1, Math.min(RECENT_LINES, height - head.length - account.length - 7));
  const foot = [
    ...account,
    '',
    style.bold('Latest'),
    ...Array.from({ length: recentLines }, (_, line) =>
      recentLine(state.recent[state.recent.length - 1 - line], session.timeframe.ms, width, style),
    ),
  ];
  // One line for the symbols that are only counted, one for the cursor.
  const shown = symbolsShown(session, Math.max(1, Math.floor((height - head.length - foot.length - 2) / 3)));
  const hidden = symbols.length - shown.length;
  return [
    ...head,
    ...shown.flatMap((at) => symbolLines(state, symbols[at]!, at, style, width)),
    ...(hidden > 0 ? [style.dim(`and ${hidden} more symbol${hidden === 1 ? '' : 's'}`)] : []),
    ...foot,
  ];
}

function headLines(state: ScreenState, width: number, style: Style): readonly string[] {
  const { lastTime, timeframe } = state.session;
  return [
    ...wrapPieces([`${style.bold('Paper session')}  ${state.what}`, 'simulated venue', state.speed], width, 4),
    style.dim(fit(state.source, width)),
    '',
    ...wrapPieces([style.bold(dayOf(lastTime, timeframe.ms)), ...progressOf(state, width), state.level, state.reconciled], width, 4),
    '',
  ];
}

function accountLines({ session, equity }: ScreenState, width: number, style: Style): readonly string[] {
  const { engine, header } = session;
  const { trades, cash, feesPaid } = engine.ledger;
  const change = engine.equityNow / header.account.cash - 1;
  const percent = signedPercent(change);
  const wins = trades.filter(({ pnl }) => pnl > 0).length;
  return [
    ...wrapPieces(
      [
        `Equity  ${style.bold(money(engine.equityNow))}  ${change > 0 ? style.green(percent) : change < 0 ? style.red(percent) : percent}`,
        `cash ${money(cash)}`,
        `fees ${money(feesPaid)}`,
        `trades ${trades.length}${trades.length === 0 ? '' : `, ${Math.round((100 * wins) / trades.length)} % won`}`,
      ],
      width,
      8,
    ),
    `        ${sparkline(Float64Array.from(equity), Math.max(1, Math.min(PRICE_POINTS, width - 10)))}`,
  ];
}

/** How far a replay is; live bars have no end, so their count is all there is to say. */
function progressOf({ done, total, speed }: ScreenState, width: number): readonly string[] {
  return speed === 'live bars' ? [`${done} bars`] : [`${bar(done, total, width < 70 ? 10 : 24)} ${done} of ${total} bars`];
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
