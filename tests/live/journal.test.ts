import fc from 'fast-check';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '#adapters/state';
import type { JournalRecord } from '#live';
import { scratch } from './fixtures.ts';

const record = (n: number): JournalRecord => ({ kind: 'bars', row: n, time: n * 1000, bars: [[0, 1, 2, 0.5, 1.5, n]] });

/** A journal of so many records, of which the first `synced` were synced, as a killed process leaves it. */
function write(records: number, synced = records, from = 0): string {
  const path = join(scratch(), 'journal.jsonl');
  const journal = openJournal(path);
  for (let n = 0; n < records; n++) {
    journal.append(record(n + from));
    if (n + 1 === synced) journal.sync();
  }
  journal.close();
  return path;
}

const refused = /Halted before any order; restore the file, or begin anew with --fresh/;

test('whatever happens to the synced part of a journal is refused, and the file is left as it was', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('cut', 'flip', 'remove a line', 'double a line'),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (what, part) => {
        const path = write(20);
        const bytes = readFileSync(path);
        const at = Math.floor(part * bytes.length);
        const lines = bytes.toString().split('\n').slice(0, -1);
        // A second copy of the last line is no damage: it is a tail that no head vouches for, and is cut.
        const line = Math.floor(part * (lines.length - 1));
        const flipped = Buffer.from(bytes);
        flipped[at] = flipped[at]! ^ 1;
        const damagedText =
          what === 'cut'
            ? bytes.subarray(0, at)
            : what === 'flip'
              ? flipped
              : what === 'remove a line'
                ? Buffer.from(`${lines.toSpliced(line, 1).join('\n')}\n`)
                : Buffer.from(`${lines.toSpliced(line, 0, lines[line]!).join('\n')}\n`);
        writeFileSync(path, damagedText);
        if (damagedText.length === 0) expect(() => openJournal(path)).toThrow(/is empty, but journal\.jsonl\.head shows/);
        else expect(() => openJournal(path)).toThrow(refused);
        expect(readFileSync(path).equals(damagedText)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test('what was not synced may be torn: it is cut off at any byte, and the session goes on', () => {
  const path = write(20, 12);
  const whole = readFileSync(path);
  const synced = whole.toString().split('\n').slice(0, 12).join('\n').length + 1;
  const head = readFileSync(`${path}.head`);
  for (let cut = synced; cut < whole.length; cut += 5) {
    const copy = join(scratch(), 'journal.jsonl');
    writeFileSync(copy, whole.subarray(0, cut));
    writeFileSync(`${copy}.head`, head);
    const journal = openJournal(copy);
    const kept = journal.recovered.length;
    expect(kept).toBeGreaterThanOrEqual(12);
    for (let n = kept; n < 20; n++) journal.append(record(n));
    journal.close();
    expect(readFileSync(copy).equals(whole)).toBe(true);
    rmSync(join(copy, '..'), { recursive: true });
  }
});

test('lines of another journal are refused, though each is whole in itself', () => {
  const one = write(20);
  const other = write(20, 20, 100);
  const lines = readFileSync(one).toString().split('\n');
  lines[7] = readFileSync(other).toString().split('\n')[7]!;
  writeFileSync(one, lines.join('\n'));
  expect(() => openJournal(one)).toThrow(/record 8 is damaged/);
  copyFileSync(other, one);
  expect(() => openJournal(one)).toThrow(/another journal than its head/);
});

test('a journal that is gone or empty is not begun anew in silence', () => {
  const path = write(5);
  rmSync(path);
  expect(() => openJournal(path)).toThrow(/is gone, but journal\.jsonl\.head shows that a session was here/);
  rmSync(`${path}.head`);
  writeFileSync(join(path, '..', 'execution_report.json'), '{}');
  expect(() => openJournal(path, undefined, ['execution_report.json'])).toThrow(/is gone, but execution_report\.json shows/);
  openJournal(path).close();
  expect(() => openJournal(path, undefined, ['execution_report.json'])).toThrow(/is empty, but execution_report\.json shows/);
});

test('a head that cannot be read leaves the say to the chain of the journal', () => {
  const path = write(5);
  writeFileSync(`${path}.head`, '');
  const journal = openJournal(path);
  expect(journal.recovered.length).toBe(5);
  journal.append(record(5));
  journal.sync();
  journal.close();
  expect(JSON.parse(readFileSync(`${path}.head`, 'utf8'))).toMatchObject({ records: 6 });
});
