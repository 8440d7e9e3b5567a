/**
 * Adapter. Worker threads for sweeps: tasks go to whichever thread is free, large columns are shared memory and are never copied.
 * The pool knows nothing of what a task means; the crossing sweep in WebAssembly is one use of it, for code and measurements.
 */
export { openWorkerPool, type WorkerFault, type WorkerPool } from './worker-pool.ts';
export { openCrossingSweeps, type CrossingSweeps } from './crossing-sweeps.ts';
