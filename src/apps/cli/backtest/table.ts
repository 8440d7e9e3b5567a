import Table from 'cli-table3';

/** No lines around or between cells. */
export const FRAMELESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Columns in line, no lines around them; the first column stands left, the others right unless `left` names them. */
export function columnsTable(head: readonly string[], rows: readonly (readonly string[])[], left: readonly number[] = []): string {
  const colAligns = head.map((_, at) => (at === 0 || left.includes(at) ? 'left' : 'right') as 'left' | 'right');
  const table = new Table({
    head: [...head],
    chars: FRAMELESS,
    colAligns,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

export function percent(value: number, digits = 1): string {
  return Number.isFinite(value) ? `${unsignedZero((value * 100).toFixed(digits))} %` : '-';
}

export function decimal(value: number, digits = 2): string {
  return Number.isFinite(value) ? unsignedZero(value.toFixed(digits)) : '-';
}

/** A loss too small to show is no minus. */
function unsignedZero(text: string): string {
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

/** Whole currency with spaces between the thousands. */
export function money(value: number): string {
  return Number.isFinite(value)
    ? Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ' ')
    : '-';
}
