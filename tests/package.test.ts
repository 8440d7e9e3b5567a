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
