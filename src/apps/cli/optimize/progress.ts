import type { CliEnvironment } from '../terminal.ts';

export interface ProgressLine {
  tick(counts: { readonly evaluated: number; readonly known: number }): void;
  end(): void;
}

/** One line on a terminal's stderr that is written over; nothing in a pipe. */
export function progressLine(io: CliEnvironment, quiet: boolean): ProgressLine {
  if (quiet || io.stderr.isTTY !== true) return { tick: () => undefined, end: () => undefined };
  let shown = 0;
  return {
    tick({ evaluated, known }) {
      const now = Date.now();
      if (now - shown < 100) return;
      shown = now;
      io.stderr.write(`\r\u001b[K${evaluated} evaluated, ${known} from the ledger`);
    },
    end() {
      if (shown > 0) io.stderr.write('\r\u001b[K');
      shown = 0;
    },
  };
}
