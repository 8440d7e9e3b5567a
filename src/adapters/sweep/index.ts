/**
 * Adapter. Worker threads for sweeps: tasks go to whichever thread is free, large columns are shared memory and are never copied.
 * Knows nothing of what a task means.
 */
export { openWorkerPool, type WorkerFault, type WorkerPool } from './worker-pool.ts';
export { openCrossingSweeps, type CrossingSweeps } from './crossing-sweeps.ts';
