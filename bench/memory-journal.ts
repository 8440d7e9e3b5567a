import type { BarsRecord, StepRecord } from '#live';

/** time, five numbers of the bar, equity, cash. */
const NUMBERS = 8;
const CHUNK_ROWS = 65_536;

/**
 * A journal in memory of a session of one symbol, without loss: numbers as columns, and of what an instant brought only what differs from
 * the instant before. Whole records by the million would keep the collector busy with moving them.
 */
export class MemoryJournal {
  readonly #chunks: Float64Array[] = [];
  /** Instants that brought something, and what. */
  readonly #rows: number[] = [];
  readonly #outputs: StepRecord[] = [];
  #decisions: StepRecord['decisions'] = [];
  rows = 0;

  append(record: BarsRecord, step: StepRecord): void {
    const at = (this.rows % CHUNK_ROWS) * NUMBERS;
    if (at === 0) this.#chunks.push(new Float64Array(CHUNK_ROWS * NUMBERS));
    const numbers = this.#chunks.at(-1)!;
    const bar = record.bars[0]!;
    numbers[at] = record.time;
    for (let field = 1; field < 6; field++) numbers[at + field] = bar[field]!;
    numbers[at + 6] = step.equity;
    numbers[at + 7] = step.cash;
    if (step.orders.length > 0 || step.fills.length > 0 || step.guards !== undefined || step.decisions !== this.#decisions) {
      this.#rows.push(this.rows);
      this.#outputs.push(step);
      this.#decisions = step.decisions;
    }
    this.rows++;
  }

  /** Every input and output as a file's journal has them. */
  *records(): Generator<BarsRecord | StepRecord> {
    let decisions: StepRecord['decisions'] = [];
    let next = 0;
    for (let row = 0; row < this.rows; row++) {
      const at = (row % CHUNK_ROWS) * NUMBERS;
      const [time, open, high, low, close, volume, equity, cash] = this.#chunks[Math.floor(row / CHUNK_ROWS)]!.subarray(at, at + NUMBERS);
      yield { kind: 'bars', row, time: time!, bars: [[0, open!, high!, low!, close!, volume!]] };
      const step = this.#rows[next] === row ? this.#outputs[next++] : undefined;
      decisions = step?.decisions ?? decisions;
      yield step ?? { kind: 'step', row, equity: equity!, cash: cash!, orders: [], fills: [], decisions };
    }
  }
}
