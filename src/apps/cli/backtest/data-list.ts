import type { PipelineConfig } from '#research';
import { styleFor, type CliEnvironment } from '../terminal.ts';
import { sourceOf } from './load-bars.ts';
import { columnsTable } from './table.ts';

/** What is known of more than so many datasets is only their names: a range needs the bars. */
const OPENED = 50;

export async function listData(config: PipelineConfig, json: boolean, io: CliEnvironment): Promise<void> {
  const source = await sourceOf(config, io);
  const available = await source.list();
  const rows = await Promise.all(
    available.map(async ({ symbol, timeframe }, at) => {
      if (at >= OPENED) return { symbol, timeframe: timeframe.id };
      const { provenance } = await source.load({ symbol, timeframe });
      const { rows: bars, first, last, licence } = provenance;
      return { symbol, timeframe: timeframe.id, bars, first, last, licence };
    }),
  );
  const { text, kind } = source.describe();
  if (json) {
    io.stdout.write(`${JSON.stringify({ source: config.data.source, description: text, kind, datasets: rows })}\n`);
    return;
  }
  io.stdout.write(`${styleFor(io.stdout, io.environment).bold(text)}\n\n`);
  if (rows.length === 0) io.stdout.write('It cannot list its symbols; name them with --symbols.\n');
  else io.stdout.write(`${columnsTable(['Symbol', 'Bar', 'Bars', 'First', 'Last', 'Licence'], rows.map(line), [1, 3, 4, 5])}\n`);
}

function line(row: {
  readonly symbol: string;
  readonly timeframe: string;
  readonly bars?: number;
  readonly first?: string;
  readonly last?: string;
  readonly licence?: string;
}): string[] {
  return [
    row.symbol,
    row.timeframe,
    String(row.bars ?? ''),
    (row.first ?? '').slice(0, 10),
    (row.last ?? '').slice(0, 10),
    row.licence ?? '',
  ];
}
