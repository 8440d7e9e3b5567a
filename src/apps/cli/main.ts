import { enableCompileCache } from 'node:module';
import { knowOwnModules } from './own-modules.ts';

enableCompileCache();
knowOwnModules();
let ended = false;
let isRead = true;
// A reader that has seen enough (`| head`), or a terminal that was closed, is no fault. What stops cleanly when asked to is asked, once.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!isRead) return;
  isRead = false;
  const isFault = error.code !== 'EPIPE' && error.code !== 'EIO';
  const what = error.code === 'ENOSPC' ? 'there is no space left where it goes' : error.message;
  if (isFault) process.stderr.write(`edgewright: the output cannot be written: ${what}\n`);
  if (process.listenerCount('SIGHUP') > 0) process.emit('SIGHUP');
  else {
    ended = true;
    process.exit(isFault ? 1 : 0);
  }
});
const argv = process.argv.slice(2);
const io = { stdout: process.stdout, stderr: process.stderr, environment: process.env, cwd: process.cwd() };
const { reportStalled, runCli } = await import('./index.ts');
// Not awaited here: Node would end a command that never answers with a message of its own.
process.once('exit', (code) => {
  if (!ended && code === 0) process.exitCode = reportStalled(io, argv.includes('--json'));
});
void runCli(argv, io).then((code) => {
  ended = true;
  process.exitCode = code;
  // What a step that ran out of time has left behind does not hold the process.
  setTimeout(() => process.exit(), 500).unref();
});
