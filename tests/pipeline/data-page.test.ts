import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { parseCorporateActions } from '#data';
import { pipelineConfigSchema } from '#research';
import { environmentLayer } from '../../src/apps/config/sources.ts';

const page = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1]!);

test('the settings that the page on data shows are settings', () => {
  const config = pipelineConfigSchema.parse(parseDocument(blocks('yaml')[0]!).toJS());
  expect(config.features.series.map(({ file }) => file)).toEqual(['macro.csv', 'fundamentals.csv']);
  expect(parseCorporateActions(blocks('text').find((text) => text.startsWith('symbol'))!, 'page').map(({ kind }) => kind)).toEqual([
    'split',
    'dividend',
    'delisting',
  ]);
  const known = Object.keys(pipelineConfigSchema.shape.data.unwrap().shape);
  const named = [...page.matchAll(/`data\.(\w+)/g)].map((match) => match[1]!);
  expect(named.filter((key) => !known.includes(key))).toEqual([]);
  expect(named).toEqual(expect.arrayContaining(['corporateActions', 'adjust', 'secondSource', 'cacheFolder', 'alpaca', 'ccxt']));
});

test('its variables set the keys that stand beside them', () => {
  for (const [, key, variable] of page.matchAll(/\| `(data[\w.]+)` \| `(EDGEWRIGHT_\w+)`/g)) {
    const { values } = environmentLayer({ [variable!]: 'x' });
    expect(key!.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], values)).toBe('x');
  }
});
