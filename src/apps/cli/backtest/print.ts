import { equityInTerminal, sparkline, type ProfileFigures } from '#research';
import type { Interval } from '#statistics';
import { styleFor, wrapWords, type CliEnvironment } from '../terminal.ts';
import type { BacktestOutcome } from './run.ts';
import { columnsTable, decimal, money, percent } from './table.ts';

/** The run as a person reads it: what ran, the picture, the figures beside holding, what costs do to it, what went wrong. */
export function outcomeText(outcome: BacktestOutcome, folder: string, io: CliEnvironment): string {
  const { order, strategy, result, benchmark } = outcome;
  const { bars } = order;
  const style = styleFor(io.stdout, io.environment);
  const lines: string[] = [];
  const out = (text = ''): void => void lines.push(text);
  const parameters = Object.entries(strategy.parameters ?? {}).map(([name, value]) => `${name}=${value}`);
  const symbols = bars.series.map(({ symbol }) => symbol);
  out();
  const line = (text: string): void => out(wrapWords(text, io.stdout.columns, 10));
  line(`${style.bold('Strategy')}  ${[strategy.name, ...(parameters.length > 0 ? [style.dim(parameters.join(' '))] : [])].join('  ')}`);
  line(`${style.bold('Data')}      ${bars.description}`);
  line(
    `${style.bold('Run')}       ${symbols.length > 8 ? `${symbols.length} symbols` : symbols.join(', ')}, ${result.barsRun} ${bars.series[0]!.timeframe.id} bars, ${day(result.equity.time[0]!)} to ${day(result.equity.time.at(-1)!)}, cash ${money(result.startCash)}${bars.currency === undefined ? '' : ` ${bars.currency.currency}`}, ${order.rules.profile} costs`,
  );
  if (bars.kind === 'synthetic') out(style.yellow('          SYNTHETIC prices: this says nothing about a real market.'));
  out();
  const width = Math.max(20, Math.min(84, (io.stdout.columns ?? 100) - 18));
  out(equityInTerminal(result.equity.equity, width, 8));
  out(style.dim(`${'hold'.padStart(14)}  ${sparkline(benchmark.equity, width)}`));
  out();
  out(figuresTable(outcome));
  out();
  out(costsTable(outcome));
  if (result.creditShares.length > 1) out(`\n${creditsTable(result)}`);
  if (outcome.ladder.length > 0) {
    const { breakEven } = outcome;
    out();
    out(
      breakEven === undefined
        ? 'Still profitable at four times the costs.'
        : breakEven === 0
          ? 'Loses money even without costs.'
          : `Profit is gone at ${decimal(breakEven)} times the costs.`,
    );
  }
  for (const { text } of outcome.notes) out(style.yellow(`• ${text}`));
  out();
  out(`Results     ${folder}`);
  out(style.dim(`Order hash  ${result.orderHash.slice(0, 16)}`));
  return `${lines.join('\n')}\n`;
}

function figuresTable({ report, benchmarkFigures: hold, result, ...outcome }: BacktestOutcome): string {
  const { summary, intervals, psr } = report;
  const { trades } = summary;
  const { trackRecordYears, monteCarlo, turnoverPerYear, capacity } = outcome.robustness;
  const range = (interval: Interval, show: (value: number) => string): string =>
    Number.isNaN(interval.low) ? '' : `${show(interval.low)} to ${show(interval.high)}`;
  const rows: string[][] = [
    ['End equity', money(result.endEquity), '', money(result.startCash * (1 + hold.totalReturn))],
    ['Return', percent(summary.totalReturn), '', percent(hold.totalReturn)],
    ['Return a year', percent(summary.cagr), '', ''],
    ['Volatility a year', percent(summary.volatility), '', ''],
    ['Sharpe', decimal(summary.sharpe), range(intervals.sharpe, decimal), decimal(hold.sharpe)],
    ['Sortino', decimal(summary.sortino), '', ''],
    [
      'Max drawdown',
      percent(Math.abs(summary.maxDrawdown)),
      range({ ...intervals.maxDrawdown, low: Math.abs(intervals.maxDrawdown.high), high: Math.abs(intervals.maxDrawdown.low) }, percent),
      percent(hold.maxDrawdown),
    ],
    ['P(Sharpe > 0)', percent(psr), '', ''],
    ['Years to be sure', Number.isFinite(trackRecordYears) ? decimal(trackRecordYears, 1) : 'never', '', ''],
    ['Chance of loss', percent(monteCarlo.probabilityOfLoss), '', ''],
    ['Exposure', percent(outcome.exposure), '', '100.0 %'],
    ['Turnover a year', Number.isFinite(turnoverPerYear) ? `${decimal(turnoverPerYear, 1)} ×` : '-', '', ''],
    ['Capacity', money(capacity), '', ''],
    ['Trades', String(result.trades.length), '', ''],
    ['Win rate', percent(report.winRate), '', ''],
    ['Profit factor', decimal(trades?.profitFactor ?? Number.NaN), '', ''],
    ['Mean trade', money(trades?.expectancy ?? Number.NaN), '', ''],
    ['Fees', money(result.feesPaid), '', ''],
    ...creditRows(result),
    ...Object.entries(result.balances ?? {}).map(([currency, cash]) => [`Cash in ${currency}`, money(cash), '', '']),
  ];
  return columnsTable(['', 'Strategy', '95 % interval', 'Buy and hold'], rows);
}

type Credits = Pick<BacktestOutcome['result'], 'credits' | 'creditShares'>;
const CREDIT_KINDS = { dividend: 'Dividends', funding: 'Funding', borrow: 'Borrow fees', interest: 'Interest' } as const;

/** What came and went without a fill, a row a kind. */
function creditRows({ credits }: Credits): string[][] {
  return Object.entries(CREDIT_KINDS).flatMap(([kind, name]) => {
    const own = credits.filter((credit) => credit.kind === kind);
    return own.length === 0 ? [] : [[name, money(own.reduce((sum, { amount }) => sum + amount, 0)), '', '']];
  });
}

/** The same by strategy and symbol, a column a kind that there was. */
function creditsTable({ creditShares }: Credits): string {
  const kinds = (['dividend', 'funding', 'borrow', 'interest'] as const).filter((kind) => creditShares.some((share) => share[kind] !== 0));
  const rows = creditShares
    .slice(0, 20)
    .map((share) => [share.strategy || '-', share.symbol || '-', ...kinds.map((kind) => money(share[kind]))]);
  return columnsTable(['Strategy', 'Symbol', ...kinds.map((kind) => CREDIT_KINDS[kind])], rows, [1]);
}

function costsTable({ profiles, ladder, order }: BacktestOutcome): string {
  const row = (name: string, figures: ProfileFigures): string[] => [
    name,
    String(figures.trades),
    percent(figures.totalReturn),
    decimal(figures.sharpe),
    percent(figures.maxDrawdown),
    percent(figures.winRate),
    money(figures.fees),
  ];
  const chosen = order.rules.profile;
  return columnsTable(
    ['Costs', 'Trades', 'Return', 'Sharpe', 'Drawdown', 'Win rate', 'Fees'],
    [
      ...profiles.map(({ figures }) => row(figures.profile === chosen ? `${figures.profile} *` : figures.profile, figures)),
      ...ladder.map((figures) => row(`${chosen} × ${figures.multiple}`, figures)),
    ],
  );
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
