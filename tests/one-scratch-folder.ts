import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Whatever a test leaves behind (killed, failed, or a child of its own) lies in one folder that goes with the run. The compiled code of the
 * many short children lies there too, so that each is compiled once.
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-tests-'));
  process.env['TMPDIR'] = folder;
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  return () => rmSync(folder, { recursive: true, force: true });
}
