/**
 * Adapter. The trial ledger on disk: a file of checksummed lines that only grows, and the return streams it names.
 * Never edits or removes a row.
 */
export { openTrialLedger, type TrialLedger } from './trial-file.ts';
