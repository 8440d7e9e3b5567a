import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { executionProfile } from '#execution';
import { TYPES } from '../property/walk.ts';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('the page of orders names every type, the page of commands every setting of the fill model', () => {
  for (const type of TYPES) expect(page('orders.md')).toContain(`\`${type}\``);
  for (const key of Object.keys(executionProfile())) if (key !== 'name' && key !== 'fees') expect(page('cli.md')).toContain(`\`${key}\``);
});
