import type { CliEnvironment } from '../terminal.ts';
import { money, units } from './happenings.ts';
import type { PaperOutcome } from './run.ts';

const WHY: Readonly<Record<PaperOutcome['stopped'], string>> = {
  end_of_data: 'The recorded bars are at their end',
  signal: 'Stopped',
  halted: 'Halted',
};

/** The last words of a session. */
export function printOutcome(outcome: PaperOutcome, folder: string, io: CliEnvironment): void {
  const { positions } = outcome;
  const line = (text: string): void => void io.stdout.write(`${text}\n`);
  line('');
  if (outcome.bars === 0 && outcome.stopped === 'end_of_data')
    line('There is no new bar: this session has traded all that was recorded. --fresh begins it anew.');
  else
    line(
      `${WHY[outcome.stopped]}. ${outcome.bars} bars, ${outcome.orders} orders, ${outcome.fills} fills, ${outcome.trades} closed trades; equity ${money(outcome.equity)}.`,
    );
  if (positions.length === 0) line('No position is open.');
  for (const { symbol, quantity, stop } of positions)
    line(`Open: ${symbol} ${units(quantity)}, ${stop === null ? 'WITHOUT a stop' : `its stop at ${money(stop)} stays at the venue`}.`);
  line(`Journal, log and execution report: ${folder}. Journal hash ${outcome.journalHash.slice(0, 16)}.`);
  if (outcome.stopped === 'signal') line('The same command goes on from here.');
}
