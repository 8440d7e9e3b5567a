import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { runCli } from '../../src/apps/cli/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgewright-verdict-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function terminal() {
  const text = { out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        text[name] += String(chunk);
        done();
      },
    });
  return { text, io: { stdout: sink('out'), stderr: sink('err'), environment: {}, cwd: folder } };
}

async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { text, io } = terminal();
  const code = await runCli(argv, io);
  return { code, ...text };
}

const small = ['--source', 'synthetic', '--set', 'data.syntheticBars=2500', '--json'];
const report = (name: string) =>
  JSON.parse(readFileSync(join(folder, name, 'results/validation_report.json'), 'utf8')) as {
    verdict: string;
    gates: { name: string; passed: boolean }[];
  };

test('a planted edge passes every gate', async () => {
  const { code, err } = await cli('pipeline', ...small, '--set', 'data.syntheticEdge=0.15', '--workspace', 'planted', '--strict');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(report('planted').gates.filter((gate) => !gate.passed)).toEqual([]);
});

test('a market with nothing in it fails, with exit 0, and 3 when strict', async () => {
  const first = await cli('pipeline', ...small, '--set', 'data.syntheticEdge=0', '--workspace', 'nothing');
  expect(first.code).toBe(0);
  expect(report('nothing').verdict).toBe('failed');
  const { out } = await cli('report', '--workspace', 'nothing');
  expect(out).toContain('FAILED');
  expect(out).not.toMatch(/ $/m);
  expect(out).toMatch(/Trades out of sample +\d+ +>= 30/);
  expect((await cli('report', '--workspace', 'nothing', '--strict')).code).toBe(3);
  expect(readFileSync(join(folder, 'nothing/results/backtest/tear_sheet.html'), 'utf8')).toContain('Adverse excursion');
});

test('what is wrong with the bars stands above the figures made from them', async () => {
  const findings = [{ check: 'unadjusted_split', severity: 'error', action: 'kept', text: '4 moves look like a split' }];
  writeFileSync(join(folder, 'nothing/results/data/quality_report.json'), JSON.stringify([{ symbol: 'AAA', findings }]));
  const { out } = await cli('report', '--workspace', 'nothing');
  expect(out).toContain('Careful    AAA: 4 moves look like a split (kept): give them with --corporate-actions\n');
});

test.each([
  [['pipelin'], 'Did you mean "pipeline"?'],
  [['pipeline', '--source', 'demoo'], 'Did you mean "demo"?'],
  [['pipeline', '--set', 'model.treees=3'], 'Did you mean "trees"?'],
  [['pipeline', '--source', 'files'], 'needs a path'],
  [['pipeline', '--source', 'files', '--path', 'nowhere.csv', '--workspace', 'bad'], 'nowhere.csv'],
  [['pipeline', '--start', '2020-13-45x'], 'YYYY-MM-DD'],
  [['report', '--workspace', 'never-ran'], 'edgewright pipeline'],
])('%j is refused with one clear line', async (argv, words) => {
  const { code, err } = await cli(...argv);
  expect(code).toBe(2);
  expect(err).toContain(words);
  expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
});
