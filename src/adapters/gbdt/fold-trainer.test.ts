import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { createRng, OperationalError, UserError } from '#core';
import { gbdtToJson, type GbdtData, type GbdtModel, type GbdtShare } from '#ml';
import type { TrainingJob } from '#research';
import { describe, expect, test } from 'vitest';
import { createFoldTrainer, trainOnWorkers } from './fold-trainer.ts';
import { createJobSharer } from './shared-jobs.ts';
import { trainJob } from './train-job.ts';
import { WorkerPool } from './worker-pool.ts';

function sample(rows: number, seed: number): GbdtData {
  const rng = createRng(seed);
  const columns = Array.from({ length: 5 }, () => Float64Array.from({ length: rows }, () => rng.normal()));
  const labels = Float64Array.from({ length: rows }, (_, i) => (columns[0]![i]! + rng.normal() > 0 ? 1 : 0));
  columns[3] = columns[3]!.map((x) => (x > 1 ? Number.NaN : x));
  return { rows, featureNames: ['a', 'b', 'c', 'd', 'e'], columns, labels, weights: columns[4]!.map(Math.abs) };
}

/** Jobs that share columns, own their columns, sample rows, stop early. */
function jobs(): TrainingJob[] {
  const data = sample(700, 1);
  const params = { rounds: 20, maxLeaves: 8, minSamplesInLeaf: 5, rowSample: 0.7, columnSample: 0.8 };
  return Array.from({ length: 5 }, (_, i) => ({
    data: i % 2 === 0 ? data : sample(300 + i, 10 + i),
    params: i === 4 ? { ...params, rounds: 100, earlyStoppingRounds: 5 } : params,
    seed: `fold-${i}`,
    ...(i === 4 ? { validation: sample(200, 3) } : {}),
  }));
}

/** Twenty features, so that there is something to share. */
function wide(rows: number): GbdtData {
  const parts = [1, 2, 3, 4].map((seed) => sample(rows, seed));
  const featureNames = parts.flatMap(({ featureNames: names }, at) => names.map((name) => `${name}${at}`));
  return { ...parts[0]!, featureNames, columns: parts.flatMap(({ columns }) => columns) };
}

const text = (models: readonly GbdtModel[]) => models.map((model) => JSON.stringify(gbdtToJson(model)));
const without = (list: readonly TrainingJob[], ...broken: number[]): TrainingJob[] =>
  list.map((job, i) => (broken.includes(i) ? { ...job, data: { ...job.data, labels: new Float64Array(job.data.rows).fill(i) } } : job));

async function onPool<T>(pool: WorkerPool, act: (pool: WorkerPool) => Promise<T>): Promise<T> {
  try {
    return await act(pool);
  } finally {
    await pool.close();
  }
}

describe('fold trainer', () => {
  test('one, two and three threads train the same bytes, and every finished job is told', async () => {
    const list = jobs();
    const inline = createFoldTrainer({ threads: 1 });
    const expected = text(await inline.train(list));
    for (const threads of [1, 2, 3]) {
      const told: number[] = [];
      const models = await onPool(new WorkerPool(threads), (pool) => trainOnWorkers(pool, threads, list, (done) => told.push(done)));
      expect(text(models)).toEqual(expected);
      expect(told).toEqual([1, 2, 3, 4, 5]);
    }
    await inline.close();
  });

  test.each([
    {},
    { minSamplesInLeaf: 7, rowSample: 0.6, columnSample: 0.4 },
    { maxBins: 16, growth: 'depthwise', gamma: 1 },
    { monotone: { a0: 1, b1: -1 } },
    { objective: 'softmax', classes: 2, rounds: 10 },
  ] as const)('two threads on one training give the bytes of one: %j', async (params) => {
    const data = wide(1500);
    const job = { data, params: { rounds: 25, ...params }, seed: 'pair', validation: wide(200) };
    await onPool(new WorkerPool(2), async (pool) => {
      const [alone] = await createFoldTrainer({ threads: 1 }).train([job]);
      for (let again = 0; again < 2; again++) expect(text(await trainOnWorkers(pool, 1, [job], () => {}))).toEqual(text([alone!]));
    });
  });

  test('the other thread really works', async () => {
    const entry = `
      import { parentPort } from 'node:worker_threads';
      import { assistGbdt } from ${JSON.stringify(new URL('../../ml/index.ts', import.meta.url).href)};
      parentPort.once('message', assistGbdt);`;
    const helper = new Worker(new URL(`data:text/javascript,${encodeURIComponent(entry)}`), { execArgv: [] });
    let words: Int32Array = new Int32Array(0);
    const join = (share: GbdtShare): void => {
      words = new Int32Array(share.seat.memory.buffer, share.control, 3);
      helper.postMessage(share);
      Atomics.wait(words, 0, 0, 5000);
    };
    const job = { data: wide(1500), params: { rounds: 10 }, seed: 's' };
    expect(text([trainJob(job, { join })])).toEqual(text([trainJob(job)]));
    expect(words[2]).toBeGreaterThan(10);
    await helper.terminate();
  });

  test('a pair tells a mistake, serves on after it, and works alone when the other thread is busy or there is too little to share', async () => {
    const job = { data: wide(600), params: { rounds: 10 }, seed: 's' };
    const expected = text([trainJob(job)]);
    await onPool(new WorkerPool(2), async (pool) => {
      await expect(pool.run(() => without([job], 0)[0]!, true)).rejects.toThrow('every label is 0');
      const both = await Promise.all([pool.run(() => job, true), pool.run(() => job, true), pool.run(() => job, true)]);
      for (const model of both) expect(text([model])).toEqual(expected);
      expect(text([await pool.run(() => jobs()[0]!, true)])).toEqual(text([trainJob(jobs()[0]!)]));
    });
  });

  test('little work begins no worker; much work does, and the workers serve again', async () => {
    const before = process.getActiveResourcesInfo().length;
    const trainer = createFoldTrainer({ threads: 2 });
    const small = jobs().slice(0, 2);
    expect(await trainer.train([])).toEqual([]);
    const models = await trainer.train(small);
    // Fewer when a worker of the test before has only now gone.
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
    // Early stopping ends these soon, which their 100,000 rounds do not tell.
    const large = [1, 2].map((seed) => ({ ...jobs()[4]!, params: { rounds: 100_000, earlyStoppingRounds: 5 }, seed: `${seed}` }));
    const [first, second] = [await trainer.train(large), await trainer.train(large)];
    expect(text(second)).toEqual(text(first));
    expect(text(first)).toEqual(text(large.map((job) => trainJob(job))));
    expect(models[0]!.rounds).toBe(20);
    await trainer.close();
  });

  test.each([1, 2, 3])('with %i threads a mistake is the same UserError, of the first job that has one', async (threads) => {
    const list = without(jobs(), 1, 2);
    const failure = onPool(new WorkerPool(threads), (pool) => trainOnWorkers(pool, threads, list, () => {}));
    const inline = createFoldTrainer({ threads: 1 }).train(list);
    const expected = (await inline.catch((error: unknown) => error)) as UserError;
    const met = (await failure.catch((error: unknown) => error)) as UserError;
    expect(met).toBeInstanceOf(UserError);
    expect([met.message, met.hint]).toEqual([expected.message, expected.hint]);
    expect(met.message).toContain('every label is 1');
  });

  test('a worker serves on after a mistake', async () => {
    await onPool(new WorkerPool(1), async (pool) => {
      await expect(pool.run(() => without(jobs(), 1)[1]!)).rejects.toThrow(UserError);
      await expect(
        pool.run(() => {
          throw new RangeError('no memory for the columns');
        }),
      ).rejects.toThrow('no memory');
      expect((await pool.run(() => jobs()[1]!)).rounds).toBe(20);
    });
  });

  test.each([
    ['process.exit(3)', 'exit code 3'],
    ["throw new Error('out of luck')", 'out of luck'],
  ])('a worker that ends by `%s` rejects its job and those that wait', async (code, reason) => {
    const entry = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    await onPool(new WorkerPool(2, entry), async (pool) => {
      const failure = trainOnWorkers(pool, 3, jobs(), () => {});
      await expect(failure).rejects.toThrow(OperationalError);
      await expect(failure).rejects.toThrow(reason);
    });
  });

  test('close stops what is under way', async () => {
    const pool = new WorkerPool(3);
    const endless = jobs().map((job) => ({ ...job, params: { ...job.params, rounds: 100_000 } }));
    const pair = { data: wide(700), params: { rounds: 100_000 }, seed: 's' };
    const both = Promise.allSettled([trainOnWorkers(pool, 1, [pair], () => {}), trainOnWorkers(pool, 2, endless, () => {})]);
    await pool.close();
    for (const outcome of await both)
      expect(String(outcome.status === 'rejected' && outcome.reason)).toContain('was stopped before it ended');
    await expect(pool.run(() => endless[0]!)).rejects.toThrow('have been closed');
  });

  test('the process ends by itself, whether or not the trainer was closed', () => {
    for (const close of ['await pool.close()', '']) {
      const script = `
        const { WorkerPool } = await import(${JSON.stringify(new URL('worker-pool.ts', import.meta.url).href)});
        const pool = new WorkerPool(2);
        const data = { rows: 4, featureNames: ['x'], columns: [Float64Array.of(1, 2, 3, 4)], labels: Float64Array.of(0, 1, 0, 1) };
        const model = await pool.run(() => ({ data, params: { rounds: 2 }, seed: 's' }));
        ${close};
        console.log(model.rounds);`;
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect([status, stdout.trim(), stderr]).toEqual([0, '2', '']);
    }
  });

  test('a column that several jobs hold is copied once; wrong thread numbers are told', () => {
    const list = jobs();
    const share = createJobSharer(list);
    const [first, own, second] = list.map(share);
    expect(first!.data.columns[2]).toBe(second!.data.columns[2]);
    expect(first!.data.columns[2]!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(own!.data).toEqual(list[1]!.data);
    expect(() => createFoldTrainer({ threads: 0 })).toThrow('whole number from 1, got 0');
  });
});
