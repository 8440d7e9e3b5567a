/**
 * The workflow engine's ports on a real machine: checkpoints and lock in a folder, wall time, memory, code hashes, and
 * reporters for a terminal, a pipe and machines. Decides nothing about what runs.
 */
export { chooseReporter } from './choose-reporter.ts';
export { discoverSlices, findWorkflows, type FoundWorkflow, isPackageInstalled } from './discover.ts';
export { createCodeHasher, createWorkflowPorts } from './ports.ts';
export { createPlainReporter, type WriteText } from './reporters.ts';
export type { Terminal } from './terminal.ts';
