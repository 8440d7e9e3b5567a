import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compileWorkflow } from './compile.ts';
import { type Condition, evaluateCondition, parseCondition } from './expression/condition.ts';
import { referencesOfText, resolveReferences } from './expression/reference.ts';
import { findCircle, type GraphNode, levelsOf, renderGraphMermaid, renderGraphText } from './graph.ts';
import { defineStep, StepRegistry } from './step.ts';

const load = defineStep({
  name: 'load',
  input: z.object({ symbols: z.array(z.string()), days: z.int().default(10) }),
  output: z.object({ rows: z.number(), paths: z.array(z.string()) }),
  run: () => ({ rows: 1, paths: [] }),
});
const train = defineStep({
  name: 'train',
  input: z.object({ paths: z.array(z.string()) }),
  output: z.object({ metrics: z.object({ auc: z.number() }) }),
  run: () => ({ metrics: { auc: 0.5 } }),
});
const registry = new StepRegistry([load, train]);

const good = `name: demo
parameters:
  symbols: { type: list, default: [AAPL] }
steps:
  - id: data
    uses: load
    with:
      symbols: \${{ parameters.symbols }}
  - id: fit
    uses: train
    with:
      paths: \${{ steps.data.outputs.paths }}
    outputs: { auc: metrics.auc }
outputs:
  auc: \${{ steps.fit.outputs.auc }}
`;

describe('a workflow file', () => {
  test('that is right gives a plan, also as JSON', () => {
    const plan = compileWorkflow('demo.yaml', good, registry);
    expect(plan.steps.map((step) => [step.id, step.needs])).toEqual([
      ['data', []],
      ['fit', ['data']],
    ]);
    expect(
      compileWorkflow(
        'demo.json',
        JSON.stringify({ name: 'j', steps: [{ id: 'a', uses: 'load', with: { symbols: ['X'] } }] }, null, 2),
        registry,
      ).name,
    ).toBe('j');
    expect(renderGraphText(plan.steps)).toBe(' 1  data\n 2  fit ← data');
    expect(renderGraphMermaid(plan.steps)).toContain('s1 --> s2');
  });

  test.each([
    ['an unknown step', 'uses: train', 'uses: trian', /^demo\.yaml:10:11: there is no step "trian". Did you mean "train"\?$/],
    [
      'an unknown key',
      '    outputs: { auc',
      '    output: { auc',
      /^demo\.yaml:13:5: unknown key "output" in steps\.1\. Did you mean "outputs"\?$/m,
    ],
    ['an unknown input', 'paths: ${{', 'path: ${{', /^demo\.yaml:12:7: step "train" takes no "path". Did you mean "paths"\?$/m],
    [
      'an unknown reference',
      'outputs.paths',
      'outputs.path',
      /^demo\.yaml:12:14: .*step "load" has no output "path". Did you mean "paths"\?$/,
    ],
    ['an unknown parameter', 'parameters.symbols', 'parameters.symbol', /^demo\.yaml:8:16: .*Did you mean "symbols"\?$/],
    [
      'a value of another type',
      'outputs.paths }}',
      'outputs.rows }}',
      /^demo\.yaml:12:14: "paths" of step "train" is array, but steps\.data\.outputs\.rows is number$/,
    ],
    ['a wrong literal', 'symbols: ${{ parameters.symbols }}', 'symbols: AAPL', /^demo\.yaml:8:16: "symbols" of step "load"/],
    ['a step that waits for itself', 'uses: load', 'uses: load\n    needs: fit', /wait for each other: data → fit → data/],
    ['a tag', 'name: demo', 'name: !!str demo', /^demo\.yaml:1:\d+: the tag/],
    ['an alias', '[AAPL]', '&x [AAPL]', /^demo\.yaml:3:\d+: the anchor &x is not allowed/],
    ['a key twice', 'name: demo', 'name: demo\nname: again', /^demo\.yaml:2:1: this key is given twice/],
    [
      'a bad condition',
      '    uses: train',
      '    uses: train\n    when: steps.data.outputs.rows >',
      /^demo\.yaml:11:11: the condition .* where a value should be/,
    ],
    ['a missing input', 'paths: ${{ steps.data.outputs.paths }}', '{}', /needs "paths"/],
  ])('with %s is told where and how', (_name, from, to, message) => {
    let text = good.replace(from, to);
    if (to === '{}') text = good.replace('    with:\n      paths: ${{ steps.data.outputs.paths }}\n', '');
    expect(() => compileWorkflow('demo.yaml', text, registry)).toThrow(message);
  });

  test('of any text never fails otherwise than by a message of its own', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: fc.constantFrom(...'ab:-{}[]&*!|>#"\' \n\t,${}'.split('')) }), (text) => {
        expect(() => compileWorkflow('x.yaml', text, registry)).toThrow(/^x\.yaml:\d+:\d+: /);
      }),
      { numRuns: 300 },
    );
  });
});

const literal = fc
  .oneof(fc.integer({ min: 0, max: 99 }), fc.boolean(), fc.constant(null), fc.stringMatching(/^[a-z ]{0,5}$/))
  .map((value): Condition => ({ kind: 'literal', value }));
const reference = fc
  .array(
    fc.stringMatching(/^[a-z][a-z0-9_]{3,6}$/).filter((word) => !['true', 'false', 'null'].includes(word)),
    { minLength: 1, maxLength: 3 },
  )
  .map((path): Condition => ({ kind: 'reference', path }));
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(literal, reference),
    tie('condition').map((operand): Condition => ({ kind: 'not', operand })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), tie('condition'), tie('condition'))
      .map(([kind, left, right]): Condition => ({ kind, left, right })),
    fc
      .tuple(fc.constantFrom('==' as const, '!=' as const, '<' as const, '>=' as const), tie('condition'), tie('condition'))
      .map(([operator, left, right]): Condition => ({ kind: 'compare', operator, left, right })),
  ),
}));

function written(item: Condition): string {
  switch (item.kind) {
    case 'literal':
      return typeof item.value === 'string' ? `'${item.value}'` : String(item.value);
    case 'reference':
      return item.path.join('.');
    case 'list':
      return `[${item.items.map(written).join(', ')}]`;
    case 'not':
      return `!(${written(item.operand)})`;
    case 'and':
    case 'or':
      return `((${written(item.left)}) ${item.kind} (${written(item.right)}))`;
    case 'compare':
      return `((${written(item.left)}) ${item.operator} (${written(item.right)}))`;
  }
}

describe('expressions', () => {
  test('a written condition parses back to itself', () => {
    fc.assert(
      fc.property(condition, (item) => {
        expect(parseCondition(written(item))).toEqual(item);
      }),
    );
  });

  test.each([
    ['a.b > 1 && !(c)', true],
    ["'x' in ['x', 'y']", true],
    ['a.b < 1 or c', false],
    ["a.b == '2'", false],
    ['a.b >= -3', true],
  ])('%s is %s', (source, wanted) => {
    const values: Record<string, unknown> = { 'a.b': 2, c: false };
    expect(evaluateCondition(parseCondition(source), (path) => values[path.join('.')])).toBe(wanted);
  });

  test('references keep the type of a whole value and leave other text as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.stringMatching(/^[a-z {}]{0,8}$/), (value, text) => {
        expect(resolveReferences({ k: '${{ a.b }}' }, () => value)).toEqual({ k: value });
        expect(resolveReferences(text, () => 1)).toBe(text);
        expect(referencesOfText(`${text}\${{ x.y }}`)).toHaveLength(1);
      }),
    );
  });
});

const dag = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc
      .tuple(...Array.from({ length: size }, (_, index) => fc.subarray(Array.from({ length: index }, (__, before) => `n${before}`))))
      .map((needs): GraphNode[] => needs.map((list, index) => ({ id: `n${index}`, needs: list }))),
  );

/** Everything that `id` waits for, directly or not. */
function ancestorsOf(nodes: readonly GraphNode[], id: string): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const open = [...(byId.get(id)?.needs ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(byId.get(next)?.needs ?? []));
  }
  return found;
}

test('a graph without circles is levelled after its needs; one edge back makes a circle', () => {
  fc.assert(
    fc.property(dag, (nodes) => {
      expect(findCircle(nodes)).toBeUndefined();
      const level = new Map(levelsOf(nodes).flatMap((ids, index) => ids.map((id) => [id, index] as const)));
      for (const node of nodes) for (const need of node.needs) expect(level.get(need)!).toBeLessThan(level.get(node.id)!);
      const last = nodes.at(-1)!;
      for (const id of ancestorsOf(nodes, last.id)) {
        const closed = nodes.map((node) => (node.id === id ? { id, needs: [...node.needs, last.id] } : node));
        expect(findCircle(closed)).toBeDefined();
      }
    }),
  );
});
