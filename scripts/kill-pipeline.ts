/** Kills the pipeline with SIGKILL N times in every stage (default 20) and compares the final files with an undisturbed run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killEveryStage, STAGES } from '../tests/pipeline/kill-and-resume.ts';

const killsPerStage = Number(process.argv[2] ?? 20);
const folder = mkdtempSync(join(tmpdir(), 'edgewright-kill-'));
try {
  const argv = process.argv.length > 3 ? process.argv.slice(3) : ['--source', 'demo'];
  const { kills, difference } = await killEveryStage(join(folder, 'killed'), join(folder, 'plain'), argv, killsPerStage, 1);
  console.log(`${kills} kills of a running process over ${STAGES.length} stages, ${difference.length} files differ`);
  for (const name of difference) console.log(`  ${name}`);
  process.exitCode = difference.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
