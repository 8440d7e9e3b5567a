import type { Expression } from './expression.ts';
import { OPERATORS } from './operators.ts';

export const BAR_SLOTS = ['open', 'high', 'low', 'close', 'volume', 'time'] as const;

interface PlannedNode {
  readonly expression: Expression;
  readonly inputSlots: readonly number[];
  readonly outputSlots: readonly number[];
}

export interface Plan {
  readonly nodes: readonly PlannedNode[];
  readonly slots: number;
  readonly externals: readonly string[];
  /** Slot of each named value. */
  readonly results: readonly number[];
}

/** The distinct computations under the expressions, inputs before what reads them; one slot an output. */
export function planOf(expressions: readonly Expression[]): Plan {
  const externals = [...new Set(expressions.flatMap((expression) => externalNames(expression)))].sort();
  let slots = BAR_SLOTS.length + externals.length;
  const nodes: PlannedNode[] = [];
  const known = new Map<string, readonly number[]>();
  const visit = (expression: Expression): number => {
    if (expression.operator === 'bar') return BAR_SLOTS.indexOf(expression.label as (typeof BAR_SLOTS)[number]);
    if (expression.operator === 'external') return BAR_SLOTS.length + externals.indexOf(expression.label);
    const done = known.get(expression.nodeId);
    if (done !== undefined) return done[expression.output]!;
    const inputSlots = expression.inputs.map(visit);
    const outputSlots = Array.from({ length: OPERATORS.get(expression.operator)!.outputs }, () => slots++);
    known.set(expression.nodeId, outputSlots);
    nodes.push({ expression, inputSlots, outputSlots });
    return outputSlots[expression.output]!;
  };
  const results = expressions.map(visit);
  return { nodes, slots, externals, results };
}

function externalNames(root: Expression): string[] {
  const seen = new Set<string>();
  const names: string[] = [];
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next.nodeId)) continue;
    seen.add(next.nodeId);
    if (next.operator === 'external') names.push(next.label);
    pending.push(...next.inputs);
  }
  return names;
}
