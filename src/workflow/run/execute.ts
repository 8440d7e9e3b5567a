import { UserError } from '#core';
import type { SkipReason, StepResult, StepStatus } from '../events.ts';
import { evaluateCondition, isTruthy } from '../expression/condition.ts';
import { resolveReferences, valueAt } from '../expression/reference.ts';
import type { PlannedCall, PlannedStep } from '../plan.ts';
import { claimFiles, commitOutcome } from './commit.ts';
import { type CheckpointRecord, digestOf, filesAreIntact, keyOf, openRecord, sealRecord, type StepKey } from './key.ts';
import { AttemptsFailed, messageOf, type Outcome, runWithRetries } from './retry.ts';
import { lookUpIn, type RunState } from './state.ts';

const NOTHING = {
  outputs: {},
  files: [],
  attempts: 0,
  durationMs: 0,
  peakMemoryBytes: 0,
  detail: '',
  hint: '',
  tolerated: false,
  usedFallback: false,
};

/** One step of one run, from the decision whether to run it to its published result. Never rejects for a failing step. */
export class StepExecution {
  readonly #state: RunState;
  readonly #step: PlannedStep;
  readonly #record: string;
  readonly #seed: string;
  readonly #startMs: number;

  constructor(state: RunState, step: PlannedStep) {
    this.#state = state;
    this.#step = step;
    this.#record = `${state.plan.name}/${step.id}`;
    this.#seed = `${state.seed}/${step.id}`;
    this.#startMs = state.ports.clock.now();
  }

  async run(): Promise<StepResult> {
    const { selection, signal } = this.#state;
    if (signal.aborted) return this.#skip('cancelled', 'the run was cancelled', 'cancelled');
    if (selection.leave.has(this.#step.id)) return this.#skip('not_selected', 'not asked for');
    const stopped = this.#state.plan.steps.find((step) => this.#isFatal(step.id));
    if (stopped !== undefined && this.#step.when === undefined) return this.#skip('upstream', `"${stopped.id}" failed`);
    const blocked = this.#step.when === undefined ? this.#step.needs.find((need) => this.#isBlocking(need)) : undefined;
    if (blocked !== undefined) return this.#skip('upstream', `"${blocked}" did not run`);
    if (this.#step.when !== undefined && !isTruthy(evaluateCondition(this.#step.when, lookUpIn(this.#state))))
      return this.#skip('condition', 'its condition does not hold');
    const stopWatching = this.#state.ports.memory.watch();
    try {
      return await this.#runOrReuse(stopWatching);
    } catch (error) {
      return this.#failed(error, stopWatching());
    }
  }

  #isFatal(id: string): boolean {
    const result = this.#state.results.get(id);
    return result?.status === 'failed' && !result.tolerated;
  }

  #isBlocking(id: string): boolean {
    const result = this.#state.results.get(id);
    return result?.status === 'skipped' || result?.status === 'cancelled' || this.#isFatal(id);
  }

  async #runOrReuse(stopWatching: () => number): Promise<StepResult> {
    const { selection, ports, signal } = this.#state;
    const input = this.#input(this.#step);
    const key = await keyOf(this.#step.step, input, this.#upstream(), this.#seed, ports);
    const old = openRecord(await ports.store.readRecord(this.#record));
    const intended = await ports.store.readRecord(`${this.#record}.intent`);
    const current =
      old !== undefined && old.key === key.key && intended === undefined && (await filesAreIntact(old, ports)) ? old : undefined;
    if (current !== undefined && !selection.force.has(this.#step.id)) return this.#reuse(current, stopWatching);
    if (selection.reuse.has(this.#step.id))
      throw new UserError(
        `stage ${this.#step.number} (${this.#step.id}) has no up-to-date result`,
        `--stage ${this.#step.id} makes it; without --stage and --from-stage, all that is not up to date is made.`,
      );
    const outcome = await runWithRetries({ step: this.#step, call: this.#step, input, seed: this.#seed, signal, ports }, () =>
      this.#input(this.#step.fallback!),
    );
    return this.#publish(outcome, key, input, stopWatching);
  }

  #input(call: PlannedCall): Readonly<Record<string, unknown>> {
    const raw = resolveReferences(call.with, lookUpIn(this.#state));
    const parsed = call.step.input.safeParse(raw);
    if (parsed.success) return JSON.parse(JSON.stringify(parsed.data)) as Record<string, unknown>;
    const issue = parsed.error.issues[0]!;
    throw new UserError(
      `the input "${issue.path.map(String).join('.')}" of step "${this.#step.id}": ${issue.message}`,
      'Look at its `with` in the workflow file.',
    );
  }

  /** What the step's result may depend on: the outcome of each step it waits for, also when that is failure. */
  #upstream(): ReadonlyMap<string, string> {
    return new Map(
      this.#step.needs.map((id) => [id, this.#state.records.get(id)?.digest ?? this.#state.results.get(id)?.status ?? 'absent']),
    );
  }

  #reuse(record: CheckpointRecord, stopWatching: () => number): StepResult {
    claimFiles(
      this.#state.claimed,
      this.#step,
      record.files.map((file) => file.path),
    );
    this.#state.records.set(this.#step.id, record);
    stopWatching();
    this.#state.ports.reporter.report({
      kind: 'stepSkipped',
      id: this.#step.id,
      reason: 'unchanged',
      detail: 'unchanged',
      atMs: this.#state.ports.clock.now(),
    });
    return {
      ...this.#result('unchanged'),
      outputs: this.#aliased(record.outputs),
      files: record.files,
      detail: 'unchanged',
      durationMs: this.#elapsedMs(),
    };
  }

  async #publish(
    outcome: Outcome,
    key: StepKey,
    input: Readonly<Record<string, unknown>>,
    stopWatching: () => number,
  ): Promise<StepResult> {
    const { outputs, files, call, usedFallback, attempts } = outcome;
    const { ports, claimed, records } = this.#state;
    const record = sealRecord({
      format: 1,
      step: this.#step.id,
      uses: call.step.name,
      key: usedFallback ? `fallback:${key.key}` : key.key,
      digest: digestOf(outputs, files),
      code: key.code,
      seed: this.#seed,
      inputs: key.inputs,
      parameters: input,
      outputs,
      files,
    });
    try {
      claimFiles(
        claimed,
        this.#step,
        files.map((file) => file.path),
      );
      await commitOutcome(ports.store, this.#record, outcome, record, claimed);
    } catch (error) {
      await outcome.staging.discard();
      throw error;
    }
    records.set(this.#step.id, record);
    const measured = { durationMs: this.#elapsedMs(), peakMemoryBytes: stopWatching() };
    ports.reporter.report({ kind: 'stepFinished', id: this.#step.id, ...measured, files, atMs: ports.clock.now() });
    return { ...this.#result('done'), ...measured, outputs: this.#aliased(outputs), files, attempts, usedFallback };
  }

  #aliased(outputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const aliases = Object.entries(this.#step.aliases).map(([alias, path]) => [alias, valueAt(outputs, path)] as const);
    return { ...outputs, ...Object.fromEntries(aliases) };
  }

  #failed(error: unknown, peakMemoryBytes: number): StepResult {
    const { ports, signal } = this.#state;
    const cause: unknown = error instanceof AttemptsFailed ? error.cause : error;
    const attempts = error instanceof AttemptsFailed ? error.attempts : 0;
    if (signal.aborted) return { ...this.#skip('cancelled', 'the run was cancelled', 'cancelled'), attempts };
    const durationMs = this.#elapsedMs();
    const tolerated = this.#step.continueOnFailure;
    const hint = cause instanceof UserError ? cause.hint : '';
    ports.reporter.report({
      kind: 'stepFailed',
      id: this.#step.id,
      error: messageOf(cause),
      hint,
      durationMs,
      tolerated,
      atMs: ports.clock.now(),
    });
    return { ...this.#result('failed'), durationMs, peakMemoryBytes, attempts, detail: messageOf(cause), hint, cause, tolerated };
  }

  #skip(reason: SkipReason, detail: string, status: StepStatus = 'skipped'): StepResult {
    this.#state.ports.reporter.report({ kind: 'stepSkipped', id: this.#step.id, reason, detail, atMs: this.#state.ports.clock.now() });
    return { ...this.#result(status), detail };
  }

  #elapsedMs(): number {
    return this.#state.ports.clock.now() - this.#startMs;
  }

  #result(status: StepStatus): StepResult {
    return { ...NOTHING, id: this.#step.id, title: this.#step.title, uses: this.#step.step.name, status };
  }
}
