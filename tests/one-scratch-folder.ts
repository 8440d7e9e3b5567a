import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever a test leaves behind (killed, failed, or a child of its own) lies in one folder that goes with the run. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
