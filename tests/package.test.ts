import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as expressions from '#features';
import * as contract from '#strategy';
import * as edgewright from '../src/index.ts';

/** Doors of other floors' work: what checks a run, fits regimes or keeps books is no author's word. */
const NOT_FOR_AUTHORS = new Set(
  'checkNeeds needsText OPERATOR_LIBRARY_VERSION fitRegimes RegimeStream baumWelch filterEmissions filterHmm logEmissions smoothEmissions stationary viterbi crossDemean crossGroupRank crossNeutralize crossRank crossTopK crossWinsor crossZscore fracdiffWeights fracdiffWidth adfTest chooseFracdiffOrder'.split(
    ' ',
  ),
);

test('a strategy may import everything from the package, as strategies/README.md says', () => {
  const words = [...Object.keys(expressions), ...Object.keys(contract)].filter((word) => !NOT_FOR_AUTHORS.has(word));
  expect(words.filter((word) => !(word in edgewright))).toEqual([]);
});

/** What the pages use of features besides expressions. */
const NO_BLOCKS = new Set(
  'Expression apply compile expandingRegime indicator indicatorExpressions institutionalFeatures listIndicators'.split(' '),
);
const page = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');

test('docs/features.md names every building block, and no page one that there is not', () => {
  const features = page('docs/features.md');
  const blocks = Object.keys(expressions).filter((word) => !NOT_FOR_AUTHORS.has(word) && !NO_BLOCKS.has(word));
  expect(blocks.filter((word) => !new RegExp(`\\b${word}\\b`).test(features.replace(/[A-Z_]{3,}/g, '')))).toEqual([]);
  for (const name of ['strategies/README.md', 'docs/features.md', 'docs/orders.md', 'docs/cli.md']) {
    const calls = [...page(name).matchAll(/(?<![.\w])([a-z]\w*)\((?:open|high|low|close|volume|x|a|y), /g)].map(([, word]) => word!);
    expect(calls.filter((word) => !(word in expressions))).toEqual([]);
  }
});
