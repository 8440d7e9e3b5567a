import type { QualityReport } from '#data';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import { styleFor, type CliEnvironment } from '../terminal.ts';
import { loadBars } from './load-bars.ts';
import { columnsTable } from './table.ts';

/** Prints what the gate found; false when one of it is an error. */
export async function checkData(config: ResolvedConfig<PipelineConfig>, json: boolean, io: CliEnvironment): Promise<boolean> {
  const { reports, provenance, description, kind } = await loadBars(config, io);
  const clean = reports.every(({ findings }) => findings.every(({ severity }) => severity !== 'error'));
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ description, kind, clean, datasets: reports.map((report, at) => ({ ...report, provenance: provenance[at] })) })}\n`,
    );
    return clean;
  }
  const style = styleFor(io.stdout, io.environment);
  io.stdout.write(`${style.bold(description)}\n`);
  for (const [at, report] of reports.entries()) io.stdout.write(`\n${reportText(report, provenance[at]!)}`);
  io.stdout.write(`\n${clean ? style.green('No errors.') : style.red(whatOfErrors(reports))}\n`);
  return clean;
}

function whatOfErrors(reports: readonly QualityReport[]): string {
  const errors = reports.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'));
  const splits = errors.some(({ check }) => check === 'unadjusted_split');
  const dropped = errors.some(({ action }) => action === 'dropped') ? ['Rows with errors were dropped.'] : [];
  return [...dropped, ...(splits ? ['Splits are in no price: give them with --corporate-actions (docs/data.md).'] : [])].join(' ');
}

function reportText(report: QualityReport, { first, last }: { readonly first: string; readonly last: string }): string {
  const { symbol, timeframe, rowsIn, rowsOut, findings } = report;
  const head = `${symbol}  ${timeframe} bars  ${first.slice(0, 10)} to ${last.slice(0, 10)}  ${rowsIn} rows in, ${rowsOut} out\n`;
  const compared = comparisonText(report);
  if (findings.length === 0) return `${head}  Nothing to report.\n${compared}`;
  const rows = findings.map(({ check, count, severity, action, text, examples }) => [
    severity,
    check,
    String(count),
    action,
    text,
    shorter(examples[0] ?? ''),
  ]);
  return `${head}${columnsTable(['Severity', 'Check', 'Rows', 'Done', 'What', 'First'], rows, [1, 3, 4, 5])}\n${compared}`;
}

/** One line on the second source, also when it agrees. */
function comparisonText({ secondSource: other }: QualityReport): string {
  if (other === undefined) return '';
  const { source, compared, differing, missingHere, worst } = other;
  const most = worst === undefined ? '' : `, the most by ${(100 * worst.fraction).toFixed(2)} % on ${worst.time.slice(0, 10)}`;
  const missing = missingHere === 0 ? '' : `; it has ${missingHere} bars that are missing here`;
  return `Second source ${source}: ${compared} bars compared, ${differing} differ${most}${missing}\n`;
}

const shorter = (time: string): string => time.replace(/T00:00:00\.000Z$/, '').replace(/:00\.000Z$/, 'Z');
