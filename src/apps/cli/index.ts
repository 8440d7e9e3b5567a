export { runCli } from './program.ts';
export { reportStalled } from './terminal.ts';
