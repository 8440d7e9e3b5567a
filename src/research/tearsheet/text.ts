import type { FigureUnit, TearSheetFigure } from './input.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text made safe for HTML content and quoted attributes. Control characters, which no report needs, are dropped. */
export function escapeHtml(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** `2024-03-01`; a dash for a time that is none. */
export function day(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(0, 10) : '–';
}

/** A number with fixed decimals, thousands apart, a true minus; a dash when there is none. */
export function decimal(value: number, digits = 2): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const text = grouped(Math.abs(value).toFixed(digits));
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Thousands apart by commas. By hand: `toLocaleString` costs forty times as much, and a page has thousands of numbers. */
function grouped(text: string): string {
  const point = text.indexOf('.');
  const end = point < 0 ? text.length : point;
  if (end <= 3) return text;
  return text.slice(0, end).replace(/\B(?=(\d{3})+$)/g, ',') + text.slice(end);
}

export function percent(fraction: number, digits = 1): string {
  return Number.isFinite(fraction) ? `${decimal(fraction * 100, digits)} %` : '–';
}

/** The fewest decimals, within bounds, in which numbers so far apart are not the same. */
function digitsFor(step: number, fewest: number, most: number): number {
  let digits = fewest;
  while (digits < most && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return digits;
}

/** A fraction beside an axis, as precise as its ticks need; by itself, a bar's own figure, with one decimal. */
export function percentTick(fraction: number, step?: number): string {
  return percent(fraction, step === undefined ? 1 : digitsFor(step * 100, 0, 4));
}

export function decimalTick(value: number, step?: number): string {
  return decimal(value, step === undefined ? 2 : digitsFor(step, 2, 6));
}

/** Money as a person says it: cents while they matter, whole units, millions. */
function amount(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${decimal(value / 1e9, 2)} bn`;
  if (size >= 1e6) return `${decimal(value / 1e6, 2)} m`;
  return decimal(value, size >= 10_000 ? 0 : 2);
}

export function formatFigure(value: number, unit: FigureUnit, currency = 'USD'): string {
  switch (unit) {
    case 'ratio':
      return decimal(value, 2);
    case 'percent':
      return percent(value);
    case 'count':
      return decimal(value, 0);
    case 'money':
      return Number.isFinite(value) ? `${amount(value)} ${currency}` : '–';
    case 'plain':
      return decimal(value, 4);
  }
}

/** `0.41 to 1.62`, or nothing when the interval is not known. */
export function formatInterval(figure: TearSheetFigure, currency = 'USD'): string {
  const { interval, unit } = figure;
  if (interval === undefined || !Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return '';
  return `${formatFigure(interval.low, unit, currency)} to ${formatFigure(interval.high, unit, currency)}`;
}
