import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTerminal, nextStatus, type OrderHappening } from '#execution';
import type { OrderStatus } from '#domain';

const happenings: readonly OrderHappening[] = [
  'deny',
  'submit',
  'accept',
  'reject',
  'fill_part',
  'fill_all',
  'ask_cancel',
  'cancel',
  'ask_replace',
  'replace',
  'expire',
  'lose_track',
];

test('a terminal order never reopens, and a complete fill wins over every failure of the venue', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 30 }), (story) => {
      let status: OrderStatus = 'created';
      for (const happening of story) {
        const next = nextStatus(status, happening);
        if (isTerminal(status)) expect(isTerminal(next)).toBe(true);
        if (happening === 'fill_all' && status !== 'denied') expect(next).toBe('filled');
        if (status === 'filled' || status === 'denied') expect(next).toBe(status);
        status = next;
      }
    }),
  );
});
