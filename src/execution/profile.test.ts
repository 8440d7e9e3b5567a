import { expect, test } from 'vitest';
import { executionProfile } from './profile.ts';

test('a profile that cannot be is refused in one line', () => {
  expect(() => executionProfile('bas')).toThrow(/unknown execution profile "bas"/);
  expect(() => executionProfile('base', { latencyMs: -1 })).toThrow('the execution setting latencyMs cannot be -1');
  expect(() => executionProfile('base', { queueAhead: Number.NaN })).toThrow('queueAhead cannot be NaN');
  expect(() => executionProfile('base', { latencyBars: 0 })).toThrow('latencyBars cannot be 0');
  expect(executionProfile('base', { latencyMs: 50 })).toMatchObject({ name: 'base', latencyMs: 50, latencyBars: 1 });
});
