import { expect, test } from 'vitest';
import { createRng } from '#core';
import { expandingRegime } from '#features';
import { RegimeStream } from './regime-stream.ts';

test('row by row equals the whole at once, to the bit, wherever the stream takes over', () => {
  const rng = createRng(4);
  const rows = 420;
  const columns = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    columns[0]![row] = row % 97 === 0 ? Number.NaN : rng.normal() * (row % 120 < 60 ? 0.01 : 0.03);
    columns[1]![row] = Math.abs(rng.normal()) * 0.02;
  }
  const whole = expandingRegime(columns, { states: 3, refitEvery: 50 }).probabilities;
  for (const handover of [0, 1, 300, 302, 330]) {
    const stream = new RegimeStream(3, 50);
    const caughtUp = handover === 0 ? [] : stream.catchUp(columns.map((column) => column.slice(0, handover)));
    const out = new Float64Array(3);
    for (let row = 0; row < rows; row++) {
      if (row >= handover)
        stream.step(
          columns.map((column) => column[row]!),
          out,
        );
      whole.forEach((column, state) => {
        expect(row < handover ? caughtUp[state]![row] : out[state]).toBe(column[row]);
      });
    }
  }
});
