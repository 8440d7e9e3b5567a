import { enableCompileCache } from 'node:module';

enableCompileCache();
// A reader that has seen enough (`| head`), or a terminal that was closed, is no fault. A session that listens is asked to stop, once.
let isHeard = true;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  if (process.listenerCount('SIGHUP') === 0 && isHeard) process.exit(0);
  if (isHeard) process.emit('SIGHUP');
  isHeard = false;
});
const { runCli } = await import('./program.ts');
process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
});
