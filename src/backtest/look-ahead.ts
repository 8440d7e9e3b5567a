import { firstRowAtOrAfter, sliceBars, type Order } from '#domain';
import type { Strategy } from '#strategy';
import { runBacktest, type BacktestRequest, type BacktestResult } from './run.ts';

/** A decision that was another when the bars after it were not there yet. */
export interface LookAhead {
  readonly symbol: string;
  /** Start of the bar it was made on. */
  readonly time: number;
}

/** Expressions are causal by construction; a feature with code of its own is given all bars of a run and may look anywhere. */
export function mayLookAhead(strategy: Strategy): boolean {
  return Object.values(strategy.features).some((input) => typeof input === 'function');
}

/**
 * Cuts the bars off at several places, runs again, and compares what was decided up to the cut with what the whole run decided there: a
 * strategy that uses only what it could know decides the same. Gives the first decision that differs. A clean answer is no proof: a leak
 * that changes no decision at any of the cuts is not seen.
 */
export function findLookAhead(
  request: Omit<BacktestRequest, 'strategy'>,
  fresh: () => Strategy,
  whole: BacktestResult,
  cuts = 8,
): LookAhead | undefined {
  const longest = request.bars.reduce((one, other) => (other.length > one.length ? other : one));
  let first: LookAhead | undefined;
  for (let cut = 1; cut <= cuts; cut++) {
    const end = longest.time[Math.floor((longest.length * cut) / (cuts + 1))]!;
    const bars = request.bars.map((series) => sliceBars(series, 0, firstRowAtOrAfter(series, end)));
    if (bars.some(({ length }) => length === 0)) continue;
    const strategy = fresh();
    const externals = request.externals === undefined ? {} : { externals: cutTo(bars, request.externals) };
    const part = runBacktest({ ...request, ...externals, bars, strategy, atEnd: 'mark' });
    const asked = whole.orders.filter((order) => order.parentId === 0 && order.createdTime < end);
    const found = firstDifference(part.orders.filter(isAsked), asked) ?? differentWords(part, whole, strategy.name, bars);
    if (found !== undefined && (first === undefined || found.time < first.time)) first = found;
  }
  return first;
}

function cutTo(
  bars: BacktestRequest['bars'],
  externals: NonNullable<BacktestRequest['externals']>,
): NonNullable<BacktestRequest['externals']> {
  return Object.fromEntries(
    bars.map(({ symbol, length }) => [
      symbol,
      Object.fromEntries(Object.entries(externals[symbol] ?? {}).map(([name, column]) => [name, column.slice(0, length)])),
    ]),
  );
}

const isAsked = ({ parentId }: Order): boolean => parentId === 0;
const wordsOf = ({ createdTime, symbol, side, type, limitPrice, stopPrice }: Order): string =>
  `${createdTime} ${symbol} ${side} ${type} ${limitPrice} ${stopPrice}`;

function firstDifference(part: readonly Order[], whole: readonly Order[]): LookAhead | undefined {
  for (let at = 0; at < Math.max(part.length, whole.length); at++) {
    const [one, other] = [part[at], whole[at]];
    if (one !== undefined && other !== undefined && wordsOf(one) === wordsOf(other)) continue;
    const { symbol, createdTime } = one === undefined || (other !== undefined && other.createdTime < one.createdTime) ? other! : one;
    return { symbol, time: createdTime };
  }
  return undefined;
}

/** The reasons on the last bars before the cut, where a peek of one bar shows first. */
function differentWords(
  part: BacktestResult,
  whole: BacktestResult,
  strategy: string,
  bars: BacktestRequest['bars'],
): LookAhead | undefined {
  for (const { symbol, time, length } of bars) {
    const last = time[length - 1]!;
    if (part.why(strategy, symbol, last) !== whole.why(strategy, symbol, last)) return { symbol, time: last };
  }
  return undefined;
}
