import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EquityCurve } from '#domain';
import { equityCsvParts, type CurveEngine } from './curve-csv.ts';

const ENGINES = ['wasm', 'plain'] as const;
const LAST_MS = 8.64e15;

function written(curve: EquityCurve, engine: CurveEngine): string {
  let text = '';
  for (const part of equityCsvParts(curve, engine)) text += Buffer.from(part).toString('latin1');
  return text;
}

function plainest({ time, equity }: EquityCurve): string {
  let peak = Number.NEGATIVE_INFINITY;
  const rows = Array.from(time, (when, row) => {
    peak = Math.max(peak, equity[row]!);
    return `${new Date(when).toISOString()},${equity[row]},${equity[row]! / peak - 1}\n`;
  });
  return `time,equity,drawdown\n${rows.join('')}`;
}

const start = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -1e12, max: 2e12 }) },
  { weight: 1, arbitrary: fc.constantFrom(-LAST_MS, -62_198_755_200_000, -62_167_219_500_000, -3, 253_402_300_700_000, 8.6399e15) },
);
/** Steps of one kind fill a curve: a minute's bars, ticks within a millisecond, leaps over years. */
const step = fc.constantFrom(
  fc.constant(60_000),
  fc.integer({ min: 1, max: 3e8 }),
  fc.double({ min: 0, max: 1.5, noNaN: true }),
  fc.integer({ min: 0, max: 3e12 }),
);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(100, 100, 101.25, 99.1, 99_762.672507268) },
  { weight: 2, arbitrary: fc.double({ min: 1e-3, max: 1e9, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, -5, 1e-7, 1e21, -1.234567890123456e-300, Number.MAX_VALUE, 5e-324) },
);
const rarely = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

/** Stretches of one value; the blocks of both engines are shorter than the longest curves. */
const curve = fc
  .tuple(
    start,
    step.chain((steps) => fc.array(steps, { minLength: 1, maxLength: 40 })),
    fc.array(fc.record({ value, rows: fc.integer({ min: 1, max: 60 }) }), { maxLength: 90 }),
    fc.option(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: rarely }), { freq: 3 }),
  )
  .map(([from, steps, stretches, odd]): EquityCurve => {
    const equity = Float64Array.from(stretches.flatMap((stretch) => Array.from({ length: stretch.rows }, () => stretch.value)));
    if (odd !== null && equity.length > 0) equity[Math.floor(odd.at * (equity.length - 1))] = odd.value;
    let at = from;
    const time = equity.map((_, row) => (at = Math.min(LAST_MS, at + steps[row % steps.length]!)));
    return { time, equity };
  });

describe('equity file', () => {
  test('the parts together are the plain rows, whatever the times and values, in both engines', () => {
    fc.assert(
      fc.property(curve, (drawn) => {
        const expected = plainest(drawn);
        for (const engine of ENGINES) expect(written(drawn, engine) === expected, engine).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('every day of the calendar has its date', () => {
    // A step that is prime to the era of 146,097 days meets leap days and turns of centuries over all the years there are.
    const time = Float64Array.from({ length: 20_000 }, (_, row) => -LAST_MS + row * 9_973 * 86_400_000 + row);
    const equity = new Float64Array(time.length).fill(1);
    for (const engine of ENGINES) expect(written({ time, equity }, engine) === plainest({ time, equity }), engine).toBe(true);
  });

  test('of the two zeros the positive one is the higher', () => {
    const signed = { time: Float64Array.of(1, 2, 3), equity: Float64Array.of(-0, 0, -5) };
    for (const engine of ENGINES) expect(written(signed, engine), engine).toBe(plainest(signed));
  });

  test.each([255, 256, 257, 1023, 1024, 1025, 2048])('%i rows end where a block does, or beside', (rows) => {
    const time = Float64Array.from({ length: rows }, (_, row) => row * 60_000);
    // The longest numbers there are, on every row: they fill the room of a block.
    const equity = Float64Array.from({ length: rows }, (_, row) => -1.234567890123456e-300 * (1 + row / 7919));
    for (const engine of ENGINES) expect(written({ time, equity }, engine), engine).toBe(plainest({ time, equity }));
  });

  test.each(ENGINES)('what is no time is refused: %s', (engine) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, LAST_MS * 1.001])
      expect(() => written({ time: Float64Array.of(0, bad), equity: Float64Array.of(1, 2) }, engine)).toThrow('Invalid time value');
  });

  test('files can be written side by side', () => {
    const time = Float64Array.from({ length: 2100 }, (_, row) => row * 1000);
    const one = equityCsvParts({ time, equity: time }, 'wasm');
    const other = equityCsvParts({ time, equity: time.map((at) => 1e7 - at) }, 'wasm');
    let text = '';
    for (const part of one) {
      other.next();
      text += Buffer.from(part).toString('latin1');
    }
    expect(text).toBe(plainest({ time, equity: time }));
  });
});
