import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createWorkflowPorts } from '#adapters/workflow';
import {
  compileWorkflow,
  defineStep,
  exitCodeOf,
  type RegisteredStep,
  type RunOptions,
  runWorkflow,
  StepRegistry,
  STEP_TIMEOUT_MS,
  type Timer,
  type WorkflowEvent,
  type WorkflowPorts,
  type WorkflowResult,
} from '#workflow';
import { exampleRegistry, pipelineText } from './example.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
  folders.push(folder);
  return folder;
}

/** Sleeps pass at once in their order of length, and are recorded. */
function fakeTimer(slept: number[]): Timer {
  return {
    sleep: async (ms, _, background) => {
      // The default limit is never reached.
      if (background !== undefined && ms >= STEP_TIMEOUT_MS) return new Promise(() => undefined);
      if (background === undefined) slept.push(ms);
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    },
  };
}

async function run(
  folder: string,
  text: string,
  steps: StepRegistry,
  options: RunOptions = {},
  events: WorkflowEvent[] = [],
  timer?: Timer,
  stalled?: WorkflowPorts['stalled'],
): Promise<WorkflowResult> {
  const ports = createWorkflowPorts({ workspace: folder, codeRoot: folder, reporter: { report: (event) => events.push(event) } });
  return runWorkflow(
    compileWorkflow('test.yaml', text, steps),
    { ...ports, ...(timer && { timer }), ...(stalled && { stalled }) },
    options,
  );
}

const statuses = (result: WorkflowResult): readonly string[] => result.steps.map((step) => step.status);

describe('checkpoints', () => {
  test('a second run skips all; a changed parameter runs only what depends on it', async () => {
    const folder = workspace();
    const counts = new Map<string, number>();
    const registry = exampleRegistry(counts);
    const first = await run(folder, pipelineText, registry);
    expect(statuses(first)).toEqual(['done', 'done', 'done', 'done']);
    expect(first.outputs['total']).toBeTypeOf('number');
    const lineage = readFileSync(join(folder, 'results/lineage.json'), 'utf8');
    expect(statuses(await run(folder, pipelineText, registry))).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    expect(readFileSync(join(folder, 'results/lineage.json'), 'utf8')).toBe(lineage);
    const changed = await run(folder, pipelineText, registry, { parameters: { scale: 3 } });
    expect(statuses(changed)).toEqual(['unchanged', 'done', 'unchanged', 'done']);
    expect(counts).toEqual(
      new Map([
        ['data', 1],
        ['features', 2],
        ['labels', 1],
        ['report', 2],
      ]),
    );
  });

  test.each(['results/features/1.csv', '.edgewright/records/small/features.json'])(
    'a damaged %s is made again, and nothing else',
    async (path) => {
      const folder = workspace();
      await run(folder, pipelineText, exampleRegistry());
      const before = readFileSync(join(folder, 'results/features/1.csv'), 'utf8');
      appendFileSync(join(folder, path), '9');
      expect(statuses(await run(folder, pipelineText, exampleRegistry()))).toEqual(['unchanged', 'done', 'unchanged', 'unchanged']);
      expect(readFileSync(join(folder, 'results/features/1.csv'), 'utf8')).toBe(before);
    },
  );

  test('stage, from-stage and fresh', async () => {
    const folder = workspace();
    const early = await run(folder, pipelineText, exampleRegistry(), { stage: 2 });
    expect(early.steps[0]?.detail).toContain('no up-to-date result');
    await run(folder, pipelineText, exampleRegistry());
    expect(statuses(await run(folder, pipelineText, exampleRegistry(), { stage: 'features' }))).toEqual([
      'unchanged',
      'done',
      'skipped',
      'skipped',
    ]);
    expect(statuses(await run(folder, pipelineText, exampleRegistry(), { fromStage: 3 }))).toEqual([
      'unchanged',
      'unchanged',
      'done',
      'done',
    ]);
    expect(statuses(await run(folder, pipelineText, exampleRegistry(), { fresh: true }))).toEqual(['done', 'done', 'done', 'done']);
    await expect(run(folder, pipelineText, exampleRegistry(), { stage: 'featurs' })).rejects.toThrow('no stage featurs');
  });

  test('one run a workspace; the lock of a dead process is taken over', async () => {
    const folder = workspace();
    const ports = createWorkflowPorts({ workspace: folder, codeRoot: folder, reporter: { report: () => undefined } });
    const unlock = await ports.store.lock();
    await expect(run(folder, pipelineText, exampleRegistry())).rejects.toThrow('another run');
    await unlock();
    writeFileSync(join(folder, '.edgewright/lock'), JSON.stringify({ pid: 2 ** 22 + 1, bornAt: '', token: 'x' }));
    expect(exitCodeOf(await run(folder, pipelineText, exampleRegistry()))).toBe(0);
  });
});

describe('control', () => {
  const empty = z.object({});
  const step = (name: string, work: RegisteredStep['run']): RegisteredStep =>
    defineStep({
      name,
      input: z.object({ x: z.number().optional() }),
      output: z.object({ n: z.number().optional() }),
      run: async (context, input) => (await work(context, input)) as { n?: number },
    });

  test('retries back off with jitter, then the fallback; a failure that is allowed lets the rest go on', async () => {
    let tries = 0;
    const registry = new StepRegistry([
      step('shaky', async () => {
        if (++tries < 3) throw new Error('not yet');
        return { n: tries };
      }),
      step('broken', async () => {
        throw new Error('no luck');
      }),
      step('spare', async () => ({ n: 7 })),
    ]);
    const text = `
name: control
steps:
  - { id: a, uses: shaky, retry: { times: 3, backoffMs: 100, factor: 3 } }
  - { id: b, uses: broken, fallback: spare }
  - { id: c, uses: broken, continueOnFailure: true }
  - { id: d, uses: spare, when: "steps.c.status == 'failed' and steps.b.outputs.n == 7" }
  - { id: e, uses: spare, when: steps.a.outputs.n > 5 }
  - { id: f, uses: spare }
  - { id: g, uses: spare, needs: [c], with: { x: "\${{ steps.c.outputs.n }}" } }
`;
    const slept: number[] = [];
    const result = await run(workspace(), text, registry, {}, [], fakeTimer(slept));
    expect(statuses(result)).toEqual(['done', 'done', 'failed', 'done', 'skipped', 'skipped', 'done']);
    expect(result.steps[1]?.usedFallback).toBe(true);
    expect(exitCodeOf(result)).toBe(0);
    expect(slept[0]).toBeGreaterThanOrEqual(50);
    expect(slept[0]).toBeLessThanOrEqual(100);
    expect(slept[1]).toBeGreaterThanOrEqual(150);
  });

  test('a time limit and a cancel end a step that never ends; nothing is published', async () => {
    const hang = step('hang', (context) => {
      writeFileSync(context.outputPath('results/half.txt'), 'half');
      return new Promise(() => undefined);
    });
    const folder = workspace();
    const late = await run(
      folder,
      'name: t\nsteps: [{ id: a, uses: hang, timeoutMs: 5000 }]',
      new StepRegistry([hang]),
      {},
      [],
      fakeTimer([]),
    );
    expect(late.steps[0]).toMatchObject({
      status: 'failed',
      detail: 'step "a" gave no answer within its time limit of 5 s; timeoutMs in the workflow file sets another',
    });
    const asked = await run(
      folder,
      'name: t\nsteps: [{ id: a, uses: hang, continueOnFailure: true }, { id: b, needs: [], uses: hang }]',
      new StepRegistry([hang]),
      {},
      [],
      fakeTimer([]),
      async () => undefined,
    );
    expect(asked.steps.map(({ detail }) => detail)).toEqual(
      ['a', 'b'].map((id) => `step "${id}" (hang) never answers: a promise in it is never resolved`),
    );
    const stop = new AbortController();
    const pending = run(folder, 'name: t\nsteps: [{ id: a, uses: hang }, { id: b, uses: hang }]', new StepRegistry([hang]), {
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 30);
    const cancelled = await pending;
    expect(statuses(cancelled)).toEqual(['cancelled', 'cancelled']);
    expect(exitCodeOf(cancelled)).toBe(130);
    expect(existsSync(join(folder, 'results/half.txt'))).toBe(false);
  });

  test('a parallel group keeps to its bound and the next step waits for all of it', async () => {
    let now = 0;
    let most = 0;
    const busy = defineStep({
      name: 'busy',
      input: empty,
      output: empty,
      run: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
        return {};
      },
    });
    const branches = Array.from({ length: 6 }, (_, index) => `      - { id: b${index}, uses: busy }`).join('\n');
    const text = `name: wide\nsteps:\n  - id: first\n    uses: busy\n  - maxParallel: 3\n    parallel:\n${branches}\n  - id: last\n    uses: busy\n`;
    const plan = compileWorkflow('wide.yaml', text, new StepRegistry([busy]));
    expect(plan.steps.at(-1)?.needs).toEqual(['b0', 'b1', 'b2', 'b3', 'b4', 'b5']);
    expect(exitCodeOf(await run(workspace(), text, new StepRegistry([busy])))).toBe(0);
    expect(most).toBe(3);
  });
});
