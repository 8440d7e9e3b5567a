import { divide, missing } from './kernel.ts';

/** Aligned columns, one a symbol; a symbol takes part at a row when its value is known and `members` (if given) is 1 there. */
export type Panel = readonly Float64Array[];

function eachRow(
  panel: Panel,
  members: Panel | undefined,
  work: (row: number, taking: readonly number[], out: Float64Array[]) => void,
): Float64Array[] {
  const length = panel[0]?.length ?? 0;
  const out = panel.map(() => missing(length));
  for (let row = 0; row < length; row++) {
    const taking: number[] = [];
    for (let s = 0; s < panel.length; s++)
      if (!Number.isNaN(panel[s]![row]!) && (members === undefined || members[s]![row] === 1)) taking.push(s);
    work(row, taking, out);
  }
  return out;
}

/** Rank across symbols at each row, 0 lowest to 1 highest, ties their mean; missing with fewer than two members. */
export function crossRank(panel: Panel, members?: Panel): Float64Array[] {
  return eachRow(panel, members, (row, taking, out) => {
    for (const s of taking) {
      let below = 0;
      for (const other of taking) {
        if (other === s) continue;
        below += panel[other]![row]! < panel[s]![row]! ? 1 : panel[other]![row] === panel[s]![row] ? 0.5 : 0;
      }
      out[s]![row] = divide(below, taking.length - 1);
    }
  });
}

/** Value minus the members' mean at each row. */
export function crossDemean(panel: Panel, members?: Panel): Float64Array[] {
  return eachRow(panel, members, (row, taking, out) => {
    const mean = taking.reduce((sum, s) => sum + panel[s]![row]!, 0) / taking.length;
    for (const s of taking) out[s]![row] = panel[s]![row]! - mean;
  });
}

/** (value − mean) / sample deviation across members at each row. */
export function crossZscore(panel: Panel, members?: Panel): Float64Array[] {
  return eachRow(panel, members, (row, taking, out) => {
    const mean = taking.reduce((sum, s) => sum + panel[s]![row]!, 0) / taking.length;
    const square = taking.reduce((sum, s) => sum + (panel[s]![row]! - mean) ** 2, 0);
    const deviation = Math.sqrt(divide(square, taking.length - 1));
    for (const s of taking) out[s]![row] = divide(panel[s]![row]! - mean, deviation);
  });
}
