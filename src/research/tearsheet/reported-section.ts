import { DAY_MS } from '#core';
import { section, table } from './blocks.ts';
import type { TearSheetInput } from './input.ts';
import { decimal, escapeHtml } from './text.ts';

/** The same result in the tables of other programs, folded away until somebody wants to compare. */
export function reportedSection({ reportedBy = {} }: TearSheetInput): string {
  const tables = Object.entries(reportedBy).map(([program, figures]) => {
    const rows = Object.entries(figures).map(([name, value]) => [escapeHtml(name), escapeHtml(shown(name, value))]);
    return `<details><summary>${escapeHtml(program)}</summary>${table(`Names and conventions of ${program}`, ['Statistic', 'Value'], rows)}</details>`;
  });
  if (tables.length === 0) return '';
  return section('As other programs report it', tables.join(''), 'The same run, to lay beside one of theirs. Risk-free rate 0.');
}

function shown(name: string, value: number | null): string {
  // A figure read back from a file is null where there is none.
  const known = value ?? Number.NaN;
  if (name.endsWith('Duration')) return Number.isNaN(known) ? decimal(known) : `${decimal(known / DAY_MS, 2)} days`;
  return decimal(known, Number.isInteger(known) ? 0 : Math.abs(known) < 1 ? 4 : 2);
}
