/**
 * Where a session keeps what must survive it: the event journal on disk and the lease that lets one process write it.
 * Knows nothing of what the records mean, and never repairs more than an unfinished last record.
 */
export { openJournal, type FileJournal } from './event-journal.ts';
export { takeLease, type Lease } from './lease.ts';
