import { UserError } from '#core';
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

/** Values pulled in to the `share` and 1 − `share` quantiles of the members at each row (linear between order statistics). */
export function crossWinsor(panel: Panel, share: number, members?: Panel): Float64Array[] {
  if (!(share >= 0 && share < 0.5)) throw new UserError(`a winsor share of ${share} is not possible`, 'Use a number from 0 to under 0.5.');
  return eachRow(panel, members, (row, taking, out) => {
    const sorted = Float64Array.from(taking, (s) => panel[s]![row]!).sort();
    const [low, high] = [quantileOfSorted(sorted, share), quantileOfSorted(sorted, 1 - share)];
    for (const s of taking) out[s]![row] = Math.min(high, Math.max(low, panel[s]![row]!));
  });
}

function quantileOfSorted(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * (sorted[Math.min(sorted.length - 1, low + 1)]! - sorted[low]!);
}

/** What a least-squares line on `exposure` (market beta, log size …) leaves of the value at each row; a symbol without exposure takes no part. */
export function crossNeutralize(panel: Panel, exposure: Panel, members?: Panel): Float64Array[] {
  return eachRow(panel, members, (row, taking, out) => {
    const both = taking.filter((s) => !Number.isNaN(exposure[s]![row]!));
    const meanY = both.reduce((sum, s) => sum + panel[s]![row]!, 0) / both.length;
    const meanX = both.reduce((sum, s) => sum + exposure[s]![row]!, 0) / both.length;
    const xx = both.reduce((sum, s) => sum + (exposure[s]![row]! - meanX) ** 2, 0);
    const xy = both.reduce((sum, s) => sum + (exposure[s]![row]! - meanX) * (panel[s]![row]! - meanY), 0);
    // Equal exposures explain nothing: only the mean is taken out.
    const slope = xx > 0 ? xy / xx : 0;
    for (const s of both) out[s]![row] = panel[s]![row]! - meanY - slope * (exposure[s]![row]! - meanX);
  });
}

/** `crossRank` within each group (sector, quote currency …): groups[symbol]. Missing where a group has fewer than two members. */
export function crossGroupRank(panel: Panel, groups: readonly string[], members?: Panel): Float64Array[] {
  if (groups.length !== panel.length)
    throw new UserError(`there are ${groups.length} groups for ${panel.length} symbols`, 'Give one group a symbol.');
  const out: Float64Array[] = panel.map((column) => missing(column.length));
  for (const group of new Set(groups)) {
    const indices = groups.flatMap((name, s) => (name === group ? [s] : []));
    const ranked = crossRank(
      indices.map((s) => panel[s]!),
      members === undefined ? undefined : indices.map((s) => members[s]!),
    );
    indices.forEach((s, k) => (out[s] = ranked[k]!));
  }
  return out;
}

/** 1 for the `count` highest members at each row, else 0; of equals the symbol given first. */
export function crossTopK(panel: Panel, count: number, members?: Panel): Float64Array[] {
  if (!Number.isInteger(count) || count < 1) throw new UserError(`the top ${count} cannot be taken`, 'Use a whole number from 1.');
  return eachRow(panel, members, (row, taking, out) => {
    const order = taking.toSorted((a, b) => panel[b]![row]! - panel[a]![row]! || a - b);
    order.forEach((s, place) => (out[s]![row] = place < count ? 1 : 0));
  });
}
