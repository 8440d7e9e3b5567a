import { UserError } from '#core';
import type { BarSeries } from '#domain';
import type { Kernel } from '../kernel.ts';
import { OPERATORS } from '../operators.ts';
import { BAR_SLOTS, type Plan } from '../plan.ts';
import { BLOCK_ROWS, fastKernel } from './fast-kernels.ts';
import { sharedWorkspace, type Workspace } from './workspace.ts';

export type ExternalColumns = Readonly<Record<string, Float64Array>>;

/**
 * A whole series through a plan, block by block, so that a column which nobody named never leaves the near caches. The hot
 * kernels run as WebAssembly where there is some; they give the bits of the plain ones, which alone define an operator.
 */
export function runBatch<Name extends string>(
  plan: Plan,
  names: readonly Name[],
  bars: BarSeries,
  externals: ExternalColumns,
  workspaceOf: (rows: number) => Workspace = sharedWorkspace,
): Record<Name, Float64Array> {
  const sources = [...BAR_SLOTS.map((name) => bars[name]), ...plan.externals.map((name) => externalColumn(name, externals, bars.length))];
  const { columnOf, columns } = assignColumns(plan, sources.length);
  const fast = plan.nodes.map(({ expression }) => fastKernel(expression.operator, expression.parameters));
  const stateRows = plan.nodes.reduce((rows, { expression }, k) => rows + (fast[k]?.rows(expression.parameters) ?? 0), 0);
  const { loops, carve } = workspaceOf(columns * BLOCK_ROWS + stateRows);
  const block = Array.from({ length: columns }, () => carve(BLOCK_ROWS));
  const kernels = plan.nodes.map(({ expression: { operator, parameters } }, k): Kernel => {
    const twin = loops === null ? undefined : fast[k]?.create(loops, carve, parameters);
    return twin ?? OPERATORS.get(operator)!.create(parameters);
  });
  const inputs = plan.nodes.map(({ inputSlots }) => inputSlots.map((slot) => block[columnOf[slot]!]!));
  const outputs = plan.nodes.map(({ outputSlots }) => outputSlots.map((slot) => block[columnOf[slot]!]!));
  const results = names.map(() => new Float64Array(bars.length));
  const copies = copiesOf(plan, columnOf, block, results);
  for (let from = 0; from < bars.length; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, bars.length - from);
    for (let s = 0; s < sources.length; s++) if (columnOf[s]! >= 0) block[columnOf[s]!]!.set(sources[s]!.subarray(from, from + count));
    for (let k = 0; k < kernels.length; k++) {
      kernels[k]!.run(inputs[k]!, outputs[k]!, count);
      for (const { column, result } of copies[k]!) result.set(count === BLOCK_ROWS ? column : column.subarray(0, count), from);
    }
  }
  plan.results.forEach((slot, r) => {
    if (slot < sources.length) results[r]!.set(sources[slot]!);
  });
  return Object.fromEntries(names.map((name, r) => [name, results[r]!])) as Record<Name, Float64Array>;
}

/** After which node which column is a named result. */
function copiesOf(
  plan: Plan,
  columnOf: readonly number[],
  block: readonly Float64Array[],
  results: readonly Float64Array[],
): readonly (readonly { readonly column: Float64Array; readonly result: Float64Array }[])[] {
  return plan.nodes.map(({ outputSlots }) =>
    plan.results.flatMap((slot, r) => (outputSlots.includes(slot) ? [{ column: block[columnOf[slot]!]!, result: results[r]! }] : [])),
  );
}

/**
 * The column of every slot, -1 for a source that nobody reads. A column goes back to the pool after its last reader, so that
 * a few columns stay in the nearest cache; a node never writes what it reads.
 */
function assignColumns(plan: Plan, sources: number): { readonly columnOf: readonly number[]; readonly columns: number } {
  const lastReader = new Map<number, number>();
  plan.nodes.forEach(({ inputSlots }, k) => inputSlots.forEach((slot) => lastReader.set(slot, k)));
  let columns = 0;
  const columnOf = Array.from({ length: plan.slots }, (_, slot) => (slot < sources && lastReader.has(slot) ? columns++ : -1));
  const pool: number[] = [];
  plan.nodes.forEach(({ inputSlots, outputSlots }, k) => {
    for (const slot of outputSlots) columnOf[slot] = pool.pop() ?? columns++;
    const over = [...new Set(inputSlots)].filter((slot) => slot >= sources && lastReader.get(slot) === k);
    for (const slot of [...over, ...outputSlots.filter((output) => !lastReader.has(output))]) pool.push(columnOf[slot]!);
  });
  return { columnOf, columns };
}

function externalColumn(name: string, externals: ExternalColumns, length: number): Float64Array {
  const column = externals[name];
  if (column === undefined)
    throw new UserError(`the features need the external series "${name}"`, `Pass it: batch(bars, { ${name}: column }).`);
  if (column.length !== length)
    throw new UserError(`the external series "${name}" has ${column.length} rows, the bars ${length}`, 'Align it to the bars.');
  return column;
}
