import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runCli } = await import('./program.ts');
process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
});
