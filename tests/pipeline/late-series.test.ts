import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTable } from '#adapters/data';
import { createRng, DAY_MS, UserError } from '#core';
import { joinLateSeries, parseTextTable, readLateSeries, syntheticMarket, type LateSeries } from '#data';
import { parseTimeframe } from '#domain';
import { buildFeatures, pipelineConfigSchema } from '#research';
import { cli, scratchFolder } from '../cli/run-cli.ts';

const START = Date.UTC(2018, 0, 1);
const [bars] = syntheticMarket(
  { symbols: ['A'], timeframe: parseTimeframe('1d'), bars: 700, start: START, venueHours: 'always' },
  createRng(5),
);
const date = (day: number): string => new Date(START + day * DAY_MS).toISOString().slice(0, 10);
const read = (text: string, options: Partial<Parameters<typeof readLateSeries>[2]> = {}): LateSeries[] =>
  readLateSeries(parseTextTable(text, 'macro.csv'), 'macro.csv', { name: 'macro', ...options });

describe('a series is joined as of its known time', () => {
  test('a date is known at the end of its day, a time when it says', () => {
    const joined = joinLateSeries(bars!, read(`time,known_time,value\n${date(1)},${date(3)},7\n${date(2)},${date(4)}T12:00:00Z,8\n`));
    // The bar of day 3 closes with that day: what was published on it is known then, what is published on day 4 is not.
    expect(Array.from(joined['macro']!.slice(0, 6))).toEqual([Number.NaN, Number.NaN, Number.NaN, 7, 8, 8]);
  });

  test('a lag counts from the end of the period; values grow stale; symbols are told apart', () => {
    const text = `ticker,period_end,EarningsPerShare\nA,${date(1)},1\nB,${date(1)},2\n`;
    const [series] = read(text, { lagMs: 2 * DAY_MS, maxAgeMs: 2 * DAY_MS });
    expect(series!.name).toBe('macro');
    expect(Array.from(joinLateSeries(bars!, [series!])['macro']!.slice(0, 7))).toEqual([NaN, NaN, NaN, 1, 1, 1, NaN]);
  });

  test('a late revision of an old period does not replace a newer one', () => {
    const joined = joinLateSeries(
      bars!,
      read(`time,known_time,value\n${date(0)},${date(1)},1\n${date(5)},${date(6)},2\n${date(0)},${date(8)},9\n`),
    );
    expect(joined['macro']![10]).toBe(2);
  });

  test.each<[string, string, RegExp, RegExp]>([
    [
      'neither known time nor lag',
      'date,value\n2020-01-01,1\n',
      /macro\.csv does not say when its values became known/,
      /known_time column.*lag: 45d/,
    ],
    ['no time at all', 'value\n1\n', /no time column among: value/, /known_time/],
    ['exchanged columns', 'time,known_time,value\n2020-03-01,2020-01-01,1\n', /line 2: known on 2020-01-01, before the time/, /exchanged/],
    ['a word for a time', 'time,known_time,value\n2020-01-01,soon,1\n', /line 2: "soon" in known_time is not a time/, /YYYY-MM-DD/],
    ['a row without a known time', 'time,known_time,value\n2020-01-01,,1\n', /line 2: no known time/, /lag/],
    ['no numbers', 'time,known_time,mood\n2020-01-01,2020-01-02,good\n', /no column of numbers among: mood/, /value/],
    ['a ragged line', 'time,known_time,value\n2020-01-01,1\n', /line 2: 2 columns where the header has 3/, /./],
  ])('%s: refused in one line', (_, text, message, hint) => {
    const error = (() => {
      try {
        return read(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(message);
    expect((error as UserError).hint).toMatch(hint);
  });
});

test('future poison: a value known after t changes no feature at or before t, whatever it describes', () => {
  const { features } = pipelineConfigSchema.parse({});
  const seam = bars!.time[500]!;
  const rows = Array.from({ length: 60 }, (_, at) => ({ time: at * 10, known: at * 10 + 12, value: Math.sin(at) }));
  const text = (list: typeof rows) =>
    `time,known_time,value\n${list.map(({ time, known, value }) => `${date(time)},${date(known)},${value}`).join('\n')}\n`;
  const clean = buildFeatures(bars!, seam, features, 'always', read(text(rows)));
  expect(clean.names).toContain('macro');
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 600 }),
      fc.integer({ min: 0, max: 59 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      (day, at, poison) => {
        // Everything known from `day` on is rewritten, and one more value comes that describes the distant past.
        const poisoned = rows.map((row) => (row.known >= day ? { ...row, value: poison } : row));
        const late = read(text([...poisoned, { time: Math.min(at * 10, day), known: day, value: poison }]));
        const joined = joinLateSeries(bars!, late)['macro']!;
        const before = clean.columns[clean.names.indexOf('macro')]!;
        expect(joined.slice(0, day)).toEqual(before.slice(0, day));
      },
    ),
    { numRuns: 50 },
  );
  const whole = buildFeatures(
    bars!,
    seam,
    features,
    'always',
    read(text(rows.map((row) => (row.known >= 300 ? { ...row, value: 1e6 } : row)))),
  );
  clean.columns.forEach((column, index) => expect(whole.columns[index]!.slice(0, 300), clean.names[index]).toEqual(column.slice(0, 300)));
  expect(whole.columns[clean.names.indexOf('macro')]![400]).toBe(1e6);
});

test('through the pipeline: a column of the feature table, made anew when the file changes', async () => {
  const folder = scratchFolder();
  const series = (scale: number) =>
    writeFileSync(
      join(folder, 'rate.csv'),
      `time,known_time,value\n${[0, 100, 200].map((day) => `2000-0${day / 100 + 1}-01,2000-0${day / 100 + 1}-15,${scale + day}`).join('\n')}\n`,
    );
  series(1);
  const run = (...more: string[]) =>
    cli(
      folder,
      'pipeline',
      '--source',
      'synthetic',
      '--set',
      'data.syntheticBars=400',
      '--until-stage',
      'features',
      '--series',
      'rate.csv',
      ...more,
    );
  const first = await run('--json');
  expect(first.code, first.stderr).toBe(0);
  const table = async () => (await readTable(join(folder, 'results/features/SYN1-1d.parquet')))['rate'] as Float64Array;
  expect((await table()).at(-1)).toBe(201);
  expect((await run()).stdout).toContain('0 run, 2 unchanged');
  series(5);
  await run('--json');
  expect((await table()).at(-1)).toBe(205);
  const notes = JSON.parse(readFileSync(join(folder, 'results/features/features.json'), 'utf8')) as {
    symbols: { late: { rate: number } }[];
  };
  expect(notes.symbols[0]!.late.rate).toBeGreaterThan(0.5);
  writeFileSync(join(folder, 'bare.csv'), 'date,value\n2020-01-01,1\n');
  const refused = await cli(folder, 'pipeline', '--source', 'synthetic', '--series', 'bare.csv', '--workspace', 'other');
  expect([refused.code, refused.stderr.split('\n')[0]]).toEqual([2, 'edgewright: bare.csv does not say when its values became known']);
  const named = 'features.series=[{"file":"rate.csv","name":"rsi_14"}]';
  const strange = await cli(folder, 'pipeline', '--source', 'synthetic', '--set', named, '--workspace', 'other');
  expect(strange.stderr).toContain('there are two features called rsi_14');
  expect(strange.code).toBe(2);
});
