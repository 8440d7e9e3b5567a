import { expect, test } from 'vitest';
import { createRng } from '#core';
import { renderComparison } from './comparison.ts';
import type { TearSheetInput } from './input.ts';
import { renderTearSheet } from './render.ts';
import { renderSearch } from './search-page.ts';
import { equityInTerminal, sparkline } from './terminal.ts';

const rng = createRng('tear sheet');
const rows = 400;
const time = Float64Array.from({ length: rows }, (_, i) => Date.UTC(2023, 0, 2) + i * 86_400_000);
let level = 100;
const equity = Float64Array.from({ length: rows }, () => (level *= 1 + 0.0005 + 0.01 * rng.normal()));
const evil = `<script>alert("1")</script>'&\u001b[31m`;
const input: TearSheetInput = {
  title: evil,
  verdict: { passed: false, headline: evil, reasons: [evil] },
  gates: [{ name: evil, value: '1', threshold: '> 2', passed: false }],
  curve: { name: evil, time, equity },
  benchmark: { name: 'Buy and hold', time, equity },
  periodsPerYear: 365,
  trades: Array.from({ length: 60 }, (_, i) => ({
    symbol: evil,
    side: 'long',
    quantity: 1,
    entryTime: time[i]!,
    entryPrice: 100,
    exitTime: time[i + 3]!,
    exitPrice: 101,
    exitReason: evil,
    fees: 0.1,
    pnl: i % 2 === 0 ? 1 : -1,
    returnFraction: i % 2 === 0 ? 0.01 : -0.01,
    barsHeld: 3,
  })),
  reliability: { bins: [{ predicted: 0.4, observed: 0.5, count: 10 }] },
  importances: [{ feature: evil, importance: 1 }],
  costProfiles: [{ name: evil, figures: [{ label: evil, value: Number.NaN, unit: 'ratio' }] }],
  reportedBy: { [evil]: { [evil]: Number.NaN, 'Max. Drawdown Duration': 3.5 * 86_400_000, '# Trades': 66, Beta: -0.00381 } },
  provenance: {
    source: evil,
    kind: 'synthetic',
    symbols: [evil],
    timeframe: '1d',
    start: time[0]!,
    end: time[rows - 1]!,
    seam: time[100]!,
  },
};

test('a page holds no script, no address and no unescaped text, and names its policy', () => {
  for (const html of [renderTearSheet(input), renderComparison(input, input)]) {
    expect(html).not.toMatch(/<script|https?:|\son\w+=|url\(|NaN|Infinity|undefined/);
    expect(html).not.toMatch(/style="/);
    expect(html).not.toContain('\u001b');
    expect(html).toContain('Synthetic data');
    expect(html).toContain(`default-src 'none'`);
    expect(html).toContain('&lt;script&gt;');
  }
});

test('the same input gives the same bytes; synthetic data and in-sample rows are named', () => {
  const html = renderTearSheet(input);
  expect(renderTearSheet(input)).toBe(html);
  expect(html).toContain('Synthetic data');
  expect(html).toContain('is in sample and proves nothing');
  for (const cell of ['3.50 days', '66', '−0.0038']) expect(html).toContain(`<td>${cell}</td>`);
  // As a run's file holds it, where there are no NaN.
  expect(renderTearSheet(JSON.parse(JSON.stringify(input)) as TearSheetInput)).toContain('<td>−0.0038</td>');
});

test('warnings stand before the figures, other notes after them; a comparison has the warnings of both', () => {
  const notes = [
    { text: 'These figures mean <nothing>.', warning: true },
    { text: 'Only 3 trades.', warning: false },
  ];
  const html = renderTearSheet({ ...input, notes });
  const [warning, figures, note] = ['mean &lt;nothing&gt;.', '<h2>Key figures</h2>', '<li>Only 3 trades.</li>'].map((part) =>
    html.indexOf(part),
  );
  expect([warning! > 0, figures! > warning!, note! > figures!]).toEqual([true, true, true]);
  const compared = renderComparison({ ...input, title: 'one', notes }, { ...input, title: 'two', notes });
  for (const title of ['one', 'two']) expect(compared).toContain(`${title}: These figures mean &lt;nothing&gt;.`);
  expect(compared).not.toContain('Only 3 trades');
});

test('a part that is missing is left out, and short or flat curves still give a page', () => {
  const least = renderTearSheet({ title: 'Bare', curve: { time, equity }, periodsPerYear: 252 });
  for (const heading of ['Gates', 'Reliability', 'Costs', 'Trades', 'Data']) expect(least).not.toContain(`<h2>${heading}</h2>`);
  for (const curve of [
    { time: new Float64Array(0), equity: new Float64Array(0) },
    { time: time.subarray(0, 1), equity: equity.subarray(0, 1) },
    { time: time.subarray(0, 30), equity: new Float64Array(30).fill(100) },
    { time: time.subarray(0, 3), equity: Float64Array.of(100, 0, 0) },
  ]) {
    expect(renderTearSheet({ title: 'Odd', curve, periodsPerYear: 252, trades: [] })).not.toMatch(/NaN|Infinity/);
  }
});

test('a search: every cell has its figure and a strength from the worst to the best, all of one strength too', () => {
  const map = {
    score: 'sharpe',
    xName: evil,
    yName: 'fast',
    x: [10, 20, 30],
    y: [5],
    marks: [{ sign: '▲', meaning: evil, row: 0, column: 2 }],
  };
  const cellsOf = (...scores: number[]): readonly string[] => {
    const html = renderSearch({
      title: evil,
      subtitle: evil,
      sentences: [{ text: evil, warning: true }],
      map: { ...map, cells: [Float64Array.from(scores)] },
      tables: [{ title: evil, lead: evil, head: [evil], rows: [[evil]] }],
    });
    expect(html).not.toMatch(/<script|\son\w+=| style=/);
    expect(html).not.toContain('\u001b');
    return [...html.matchAll(/<td(?: class="(u\d)" title="[^"]*")?>([^<]*)<\/td>/g)].map(([, strength, text]) => `${strength} ${text}`);
  };
  expect(cellsOf(-1, Number.NaN, 0.5)).toEqual(['u0 −1.00', 'undefined ', 'u9 0.50 ▲']);
  expect(cellsOf(0.2, 0.2, 0.2)).toEqual(['u9 0.20', 'u9 0.20', 'u9 0.20 ▲']);
});

test('the terminal gets blocks', () => {
  expect(sparkline([1, 2, 3])).toBe('▁▅█');
  expect(equityInTerminal(equity, 40, 5).split('\n')).toHaveLength(5);
});

test('no two ticks of an axis read the same, however little a curve moves', () => {
  for (const size of [0.3, 0.02, 0.003]) {
    const calm = Float64Array.from(equity, (value) => 100 + (value - 100) * size);
    const html = renderTearSheet({ ...input, curve: { ...input.curve, equity: calm }, benchmark: { name: 'same', time, equity: calm } });
    const axes = html.split('<svg').map((chart) => [...chart.matchAll(/class="tick end"[^>]*>([^<]*)</g)].map(([, text]) => text));
    expect(axes.filter((labels) => new Set(labels).size !== labels.length)).toEqual([]);
  }
});
