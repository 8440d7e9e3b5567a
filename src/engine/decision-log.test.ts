import { expect, test } from 'vitest';
import { DecisionLog } from './decision-log.ts';

test('a row that nothing was said of has the number of the empty reason, whenever that was first given', () => {
  const log = new DecisionLog(2, 3);
  log.write(0, 0, 'low');
  log.write(0, 1, '');
  log.write(1, 1, 'low');
  expect([log.codeAt(0, 1), log.codeAt(0, 2)]).toEqual([0, 0]);
  expect(log.codeAt(1, 1)).toBe(log.codeAt(0, 0));
  expect([log.read(0, 0), log.read(0, 1), log.read(1, 1)]).toEqual(['low', '', 'low']);
});
