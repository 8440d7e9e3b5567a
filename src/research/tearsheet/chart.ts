import type { Column } from '#statistics';
import { escapeHtml } from './text.ts';

const WIDTH = 960;
const NARROW = 440;
const LEFT = 62;
const RIGHT = 14;
const TOP = 24;
const BOTTOM = 26;

export interface Series {
  readonly name: string;
  readonly x: Column;
  readonly y: Column;
  /** CSS class: `one` and `two` are the series' colours, `down` is loss. */
  readonly style: string;
  /** Fill the space to zero. */
  readonly area?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly description: string;
  readonly series: readonly Series[];
  readonly height?: number;
  readonly log?: boolean;
  readonly formatX: (value: number) => string;
  /** Given the distance of the ticks too, so that no two of them read the same. */
  readonly formatY: (value: number, step?: number) => string;
  /** Horizontal line of reference, and a vertical one with its name. */
  readonly level?: number;
  readonly mark?: { readonly x: number; readonly name: string };
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** An SVG with its name and description for readers that do not see it. */
export function svg(title: string, description: string, width: number, height: number, body: string): string {
  const label = escapeHtml(`${title}. ${description}`);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}"><title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>${body}</svg>`;
}

/** Round numbers that cover a range: multiples of 1, 2, 2.5 or 5 times a power of ten. */
function ticks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const out: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step)
    out.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  return out;
}

function logTicks(low: number, high: number): number[] {
  const out: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
    for (const factor of [1, 2, 5]) if (factor * 10 ** power >= low && factor * 10 ** power <= high) out.push(factor * 10 ** power);
  return out.length >= 2 ? out : ticks(low, high, 4).filter((value) => value > 0);
}

/** Least and greatest finite value of columns; [0, 1] when there is none. */
function extent(columns: readonly Column[], also: readonly number[] = []): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of [...columns, also])
    for (let i = 0; i < column.length; i += 1) {
      const value = column[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? [low, high] : [0, 1];
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Drawn twice, for a desk and for a phone, since text in a scaled picture shrinks with it; the style sheet shows one of them. */
function responsive(draw: (width: number, heightShare: number) => string): string {
  return `<div class="wide">${draw(WIDTH, 1)}</div><div class="narrow">${draw(NARROW, 0.85)}</div>`;
}

export function lineChart(chart: LineChart): string {
  return responsive((width, share) => drawLines({ ...chart, height: Math.round((chart.height ?? 260) * share) }, width));
}

function drawLines(chart: LineChart, width: number): string {
  const { height = 260, log = false } = chart;
  const [x0, x1] = extent(chart.series.map((series) => series.x));
  const padded = pad(
    extent(
      chart.series.map((series) => series.y),
      chart.level === undefined ? [] : [chart.level],
    ),
    log,
  );
  const [y0, y1] = padded;
  const scale = log ? Math.log : (value: number) => value;
  const frame: Frame = {
    width,
    height,
    x: (value) => LEFT + ((value - x0) / (x1 - x0 || 1)) * (width - LEFT - RIGHT),
    y: (value) => height - BOTTOM - ((scale(value) - scale(y0)) / (scale(y1) - scale(y0) || 1)) * (height - TOP - BOTTOM),
  };
  const body = [
    yAxis(frame, log ? logTicks(y0, y1) : ticks(y0, y1), chart.formatY),
    xAxis(frame, spaced(x0, x1, width > 600 ? 7 : 4), chart.formatX),
    chart.level === undefined
      ? ''
      : `<line class="level" x1="${LEFT}" x2="${width - RIGHT}" y1="${round(frame.y(chart.level))}" y2="${round(frame.y(chart.level))}"/>`,
    mark(chart, frame, x0, x1),
    ...chart.series.map((series) => drawSeries(series, frame, log, chart.level ?? 0, y0, y1)),
    chart.series.length > 1 ? legend(chart.series) : '',
  ];
  return svg(chart.title, chart.description, width, height, body.join(''));
}

function pad([low, high]: readonly [number, number], log: boolean): readonly [number, number] {
  if (log) return [Math.max(low, 1e-9) * 0.97, Math.max(high, 1e-9) * 1.03];
  const margin = (high - low || Math.abs(high) || 1) * 0.04;
  return [low === 0 ? 0 : low - margin, high === 0 ? 0 : high + margin];
}

function spaced(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

function yAxis({ width, y }: Frame, values: readonly number[], format: (value: number, step?: number) => string): string {
  const step = values.length < 2 ? undefined : Math.min(...values.slice(1).map((value, i) => value - values[i]!));
  return values
    .map((value) => {
      const at = round(y(value));
      return `<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${at}" y2="${at}"/><text class="tick end" x="${LEFT - 8}" y="${at}" dy="4">${escapeHtml(format(value, step))}</text>`;
    })
    .join('');
}

function xAxis({ height, x }: Frame, values: readonly number[], format: (value: number) => string): string {
  return values
    .map((value, i) => {
      const side = i === 0 ? '' : i === values.length - 1 ? ' end' : ' middle';
      return `<text class="tick${side}" x="${round(x(value))}" y="${height - 8}">${escapeHtml(format(value))}</text>`;
    })
    .join('');
}

function mark(chart: LineChart, frame: Frame, x0: number, x1: number): string {
  if (chart.mark === undefined || chart.mark.x <= x0 || chart.mark.x > x1) return '';
  const at = round(frame.x(chart.mark.x));
  return `<line class="mark" x1="${at}" x2="${at}" y1="${TOP}" y2="${frame.height - BOTTOM}"/><text class="tick" x="${at}" dx="5" y="${TOP + 10}">${escapeHtml(chart.mark.name)}</text>`;
}

function legend(series: readonly Series[]): string {
  let at = LEFT + 12;
  return series
    .map(({ name, style }) => {
      const entry = `<rect class="swatch ${style}" x="${at}" y="5" width="14" height="4" rx="2"/><text class="name" x="${at + 20}" y="11">${escapeHtml(name)}</text>`;
      at += 46 + name.length * 7;
      return entry;
    })
    .join('');
}

function drawSeries({ x, y, style, area }: Series, frame: Frame, log: boolean, level: number, low: number, high: number): string {
  const lines: string[][] = [];
  let run: string[] | undefined;
  for (const row of thin(y, Math.round(frame.width * 0.73))) {
    const value = y[row]!;
    if (!Number.isFinite(value) || (log && value <= 0)) {
      run = undefined;
      continue;
    }
    if (run === undefined) lines.push((run = []));
    run.push(`${round(frame.x(x[row]!))},${round(frame.y(value))}`);
  }
  const base = round(frame.y(Math.min(high, Math.max(low, level))));
  return lines
    .map((points) => {
      const path = `M${points.join('L')}`;
      const fill = area
        ? `<path class="area ${style}" d="M${points[0]!.split(',')[0]},${base}L${points.join('L')}L${points.at(-1)!.split(',')[0]},${base}Z"/>`
        : '';
      return `${fill}<path class="line ${style}" d="${path}"/>`;
    })
    .join('');
}

/** Rows worth drawing: of each bucket the first, the lowest, the highest and the last, so that no extreme is lost. */
function thin(y: Column, buckets: number): number[] {
  const size = Math.max(1, Math.ceil(y.length / buckets));
  if (size <= 4) return Array.from({ length: y.length }, (_, i) => i);
  const rows: number[] = [];
  for (let start = 0; start < y.length; start += size) {
    const end = Math.min(start + size, y.length);
    let least = start;
    let most = start;
    for (let row = start; row < end; row += 1) {
      if (y[row]! < y[least]!) least = row;
      if (y[row]! > y[most]!) most = row;
    }
    rows.push(...[...new Set([start, least, most, end - 1])].sort((a, b) => a - b));
  }
  return rows;
}

export interface BarChart {
  readonly title: string;
  readonly description: string;
  readonly bars: readonly { readonly label: string; readonly value: number; readonly style?: 'up' | 'down' }[];
  /** For a tick of the axis the distance to the next is given too. */
  readonly format: (value: number, step?: number) => string;
  readonly height?: number;
  /** As wide as the page, and drawn for a phone too; else half as wide. */
  readonly wide?: boolean;
  /** Write the value above each bar. */
  readonly values?: boolean;
}

/** Upright bars, gains and losses in their colours. Labels thin out when there are many. */
export function barChart(chart: BarChart): string {
  return chart.wide === true ? responsive((width) => drawBars(chart, width)) : drawBars(chart, 460);
}

function drawBars({ title, description, bars, format, height = 220, values = false }: BarChart, width: number): string {
  const [low, high] = extent([bars.map((bar) => bar.value)], [0]);
  const margin = (high - low || 1) * 0.1;
  const y0 = low < 0 ? low - margin : 0;
  const y1 = high > 0 ? high + margin : 0;
  const y = (value: number) => height - BOTTOM - ((value - y0) / (y1 - y0 || 1)) * (height - TOP - BOTTOM);
  const step = (width - LEFT - RIGHT) / Math.max(1, bars.length);
  const letters = bars.reduce((most, { label }) => Math.max(most, label.length), 0);
  const every = Math.ceil((bars.length * (letters * 7 + 10)) / (width - LEFT - RIGHT));
  const drawn = bars.map(({ label, value, style }, i) => {
    const x = LEFT + i * step;
    const middle = round(x + step / 2);
    const shown = Number.isFinite(value) ? value : 0;
    const rect = `<rect class="bar ${style ?? (shown < 0 ? 'down' : 'up')}" x="${round(x + step * 0.12)}" width="${round(step * 0.76)}" y="${round(Math.min(y(shown), y(0)))}" height="${round(Math.abs(y(shown) - y(0)))}"><title>${escapeHtml(`${label}: ${format(value)}`)}</title></rect>`;
    const name = i % every === 0 ? `<text class="tick middle" x="${middle}" y="${height - 8}">${escapeHtml(label)}</text>` : '';
    const figure =
      values && every === 1
        ? `<text class="tick middle" x="${middle}" y="${round(y(shown) + (shown < 0 ? 13 : -5))}">${escapeHtml(format(value))}</text>`
        : '';
    return rect + name + figure;
  });
  const zero = `<line class="level" x1="${LEFT}" x2="${width - RIGHT}" y1="${round(y(0))}" y2="${round(y(0))}"/>`;
  return svg(title, description, width, height, yAxis({ width, height, x: Number, y }, ticks(y0, y1, 4), format) + drawn.join('') + zero);
}

export interface ScatterChart {
  readonly title: string;
  readonly description: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly style: string;
    readonly radius?: number;
    readonly label: string;
  }[];
  readonly formatX: (value: number) => string;
  /** Given the distance of the ticks too, so that no two of them read the same. */
  readonly formatY: (value: number, step?: number) => string;
  readonly xName: string;
  readonly yName: string;
  /** Fixed ends of both axes with the diagonal drawn: a reliability diagram. */
  readonly unitSquare?: boolean;
}

export function scatterChart(chart: ScatterChart): string {
  const width = 460;
  const height = 300;
  const bottom = BOTTOM + 18;
  const [x0, x1] = chart.unitSquare ? [0, 1] : pad(extent([chart.points.map((point) => point.x)], [0]), false);
  const [y0, y1] = chart.unitSquare ? [0, 1] : pad(extent([chart.points.map((point) => point.y)], [0]), false);
  const x = (value: number) => LEFT + ((value - x0) / (x1 - x0 || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => height - bottom - ((value - y0) / (y1 - y0 || 1)) * (height - TOP - bottom);
  const diagonal = chart.unitSquare ? `<line class="mark" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>` : '';
  const dots = chart.points
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
    .map(
      (point) =>
        `<circle class="dot ${point.style}" cx="${round(x(point.x))}" cy="${round(y(point.y))}" r="${round(point.radius ?? 3.5)}"><title>${escapeHtml(point.label)}</title></circle>`,
    );
  const xTicks = ticks(x0, x1, 5)
    .map(
      (value) => `<text class="tick middle" x="${round(x(value))}" y="${height - bottom + 16}">${escapeHtml(chart.formatX(value))}</text>`,
    )
    .join('');
  const names = `<text class="name middle" x="${(width + LEFT) / 2}" y="${height - 6}">${escapeHtml(chart.xName)}</text><text class="name" x="${LEFT + 6}" y="14">${escapeHtml(chart.yName)}</text>`;
  return svg(
    chart.title,
    chart.description,
    width,
    height,
    yAxis({ width, height, x, y }, ticks(y0, y1, 5), chart.formatY) + xTicks + diagonal + dots.join('') + names,
  );
}
