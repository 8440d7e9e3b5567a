/** Starts a thread of a search as the command line itself is started: with its modules known. */
import { knowOwnModules } from '../own-modules.ts';

knowOwnModules();
await import('./worker.ts');
