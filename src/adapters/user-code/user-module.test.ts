import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const HERE = fileURLToPath(new URL('user-module.ts', import.meta.url));

test('a module is a module, also where npm init has called everything CommonJS; what is CommonJS stays so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-own-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'mine.ts'), "import { two } from './two.ts';\nconst one: number = 1;\nexport default one + two;\n");
  writeFileSync(join(folder, 'two.ts'), 'export const two: number = 2;\n');
  writeFileSync(join(folder, 'new.js'), 'export default 4;\n');
  writeFileSync(join(folder, 'old.js'), "const { sep } = require('node:path');\nmodule.exports = sep.length + 4;\n");
  const run = `import { importUserModule } from ${JSON.stringify(HERE)};
    for (const name of ['mine.ts', 'new.js', 'old.js'])
      console.log(name, (await importUserModule(${JSON.stringify(folder)} + '/' + name)).default);`;
  writeFileSync(join(folder, 'run.mjs'), run);
  // In a process of its own: the tests' runner has hooks of its own too.
  const said = execFileSync(process.execPath, [join(folder, 'run.mjs')], { encoding: 'utf8' });
  expect(said).toBe('mine.ts 3\nnew.js 4\nold.js 5\n');
});
