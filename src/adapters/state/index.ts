/**
 * Where a session keeps what must survive it: the event journal on disk, the lease that lets one process write it, the kill
 * switch, how often it crashed, and room for its last words.
 * Knows nothing of what the records mean, and never repairs more than an unfinished last record.
 */
export { reserveDisk, type DiskReserve } from './disk-reserve.ts';
export { openJournal, type FileJournal } from './event-journal.ts';
export { readKill, writeKill, type KillOrder } from './kill-switch.ts';
export { takeLease, type Lease } from './lease.ts';
export { crashesOf, forgetCrashes, noteEnd, noteStart } from './restarts.ts';
