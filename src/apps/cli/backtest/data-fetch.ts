import { parquetStore } from '#adapters/data';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import type { CliEnvironment } from '../terminal.ts';
import { loadBars } from './load-bars.ts';
import { columnsTable } from './table.ts';

/** Loads bars through the gate and adds them to the store. */
export async function fetchData(
  config: ResolvedConfig<PipelineConfig>,
  folder: { readonly given: string; readonly path: string },
  json: boolean,
  io: CliEnvironment,
): Promise<void> {
  const { series, provenance, reports } = await loadBars(config, io);
  const store = parquetStore(folder.path);
  const rows = [];
  for (const [at, bars] of series.entries()) {
    const kept = await store.append(bars, provenance[at]!);
    const { symbol, timeframe } = bars;
    const findings = reports[at]!.findings.filter(({ severity }) => severity !== 'info').length;
    rows.push({
      symbol,
      timeframe: timeframe.id,
      fetched: bars.length,
      kept: kept.bars.length,
      first: kept.provenance.first,
      last: kept.provenance.last,
      findings,
    });
  }
  if (json) {
    io.stdout.write(`${JSON.stringify({ folder: folder.given, datasets: rows })}\n`);
    return;
  }
  const lines = rows.map((row) => [
    row.symbol,
    row.timeframe,
    String(row.fetched),
    String(row.kept),
    row.first.slice(0, 10),
    row.last.slice(0, 10),
    String(row.findings),
  ]);
  io.stdout.write(
    `${columnsTable(['Symbol', 'Bar', 'Fetched', 'Kept', 'First', 'Last', 'Warnings'], lines, [1, 4, 5])}\n\nKept in ${folder.given}; use it with --data ${folder.given}\n`,
  );
}
