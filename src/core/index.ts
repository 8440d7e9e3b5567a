/**
 * Floor 0. Time, randomness, errors, identity: what every room needs and nothing about trading.
 * Holds no I/O; the clock is a port that the apps fill, and randomness comes from one seed.
 */
export { canonicalJson, contentHash, sha256 } from './canonical.ts';
export { assertNever, invariant, InvariantError, OperationalError, UserError, type OperationalCode } from './errors.ts';
export { NumberRows } from './number-rows.ts';
export { createRng, type Rng, type RngState, xoroshiroState } from './rng.ts';
export { didYouMean, suggest } from './suggest.ts';
export { symmetricEigen } from './symmetric-eigen.ts';
export { webAssembly, type WasmMemory } from './web-assembly.ts';
export { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, timestamp, toDate, toIso, type Clock, type Timestamp } from './time.ts';
