import { describe, expect, test } from 'vitest';
import { UserError } from '#core';
import { pipelineConfigSchema } from '#research';
import { resolveConfig, type ConfigTree } from './layers.ts';
import { environmentLayer } from './sources.ts';

function refusal(values: ConfigTree): UserError {
  try {
    resolveConfig(pipelineConfigSchema, [{ name: 'here', values }]);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('it was accepted');
}

describe('a wrong setting: its key, who set it, what it must be and what it is, on one line', () => {
  test.each<[ConfigTree, string, string]>([
    [{ trading: { cash: 0 } }, 'setting "trading.cash" (here) must be a number above 0, got 0', 'config show'],
    [{ trading: { cash: Number.POSITIVE_INFINITY } }, 'must be a number, got Infinity', 'config show'],
    [{ trading: { profile: 'hrsh' } }, 'must be "optimistic", "base" or "harsh", got "hrsh"', 'Did you mean "harsh"?'],
    [{ model: { trees: 'x' } }, 'setting "model.trees" (here) must be a number, got "x"', 'config show'],
    [{ model: { trees: 1.5 } }, 'must be a whole number, got 1.5', 'config show'],
    [{ model: { trees: 9000 } }, 'must be a number of at most 5000, got 9000', 'config show'],
    [{ symbols: 'AAPL' }, 'setting "symbols" (here) must be a list, got "AAPL"', '["AAPL"]'],
    [{ symbols: [''] }, 'setting "symbols[0]" (here) must be a text that is not empty, got ""', ''],
    [{ data: { start: '2020-1-1' } }, 'must be written as YYYY-MM-DD, got "2020-1-1"', ''],
    [{ data: { start: '2020-02-30' } }, 'must be a day of the calendar, got "2020-02-30"', ''],
    [{ data: { alpaca: { feed: 'sipp' } } }, 'setting "data.alpaca.feed" (here) must be "iex", "sip" or "otc"', 'sip'],
    [{ data: 3 }, 'setting "data" (here) must be a group of settings, got 3', ''],
    [{ labels: { barriers: 'calibrte' } }, 'must be "calibrate" or a group of settings, got "calibrte"', ''],
    [{ model: { tres: 3 } }, 'unknown setting "model.tres" (here)', 'Did you mean "trees"?'],
    [{ features: { series: [{ file: 'a.csv', lagg: '3d' }] } }, 'unknown setting "features.series[0].lagg"', 'Did you mean "lag"?'],
    [{ features: { series: [{ file: 'a.csv', lag: '3' }] } }, 'must be written as hours, days or weeks: 36h, 45d, 8w, got "3"', ''],
  ])('%j', (values, message, hint) => {
    const error = refusal(values);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
    expect(error.message).not.toMatch(/\n|Invalid|expected|undefined/);
  });
});

test('a bare text is a series file', () => {
  expect(pipelineConfigSchema.parse({ features: { series: ['a.csv'] } }).features.series).toEqual([{ file: 'a.csv' }]);
});

test('an empty variable sets nothing; a list of no symbols is refused, not read as all', () => {
  expect(environmentLayer({ EDGEWRIGHT_SYMBOLS: ' ', EDGEWRIGHT_DATA__PATH: '' }).values).toEqual({});
  expect(() => environmentLayer({ EDGEWRIGHT_SYMBOLS: ' , ' })).toThrow('EDGEWRIGHT_SYMBOLS names no symbol');
  expect(environmentLayer({ EDGEWRIGHT_DATA__ALPACA__API_URL: 'http://localhost:1' }).values).toEqual({
    data: { alpaca: { apiUrl: 'http://localhost:1' } },
  });
});
