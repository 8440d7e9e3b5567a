/**
 * Floor 0. Time, randomness, errors, identity: what every room needs and nothing about trading.
 * Holds no I/O; clocks, randomness and logging are ports that the apps fill.
 */
export { canonicalJson, contentHash, sha256 } from './canonical.ts';
export { assertNever, invariant, InvariantError, OperationalError, UserError, type OperationalCode } from './errors.ts';
export { silentLogger, type Logger, type LogLevel } from './logger.ts';
export { err, ok, type Result } from './result.ts';
export { createRng, type Rng, type RngState } from './rng.ts';
export { didYouMean, suggest } from './suggest.ts';
export { symmetricEigen } from './symmetric-eigen.ts';
export { webAssembly, type WasmMemory } from './web-assembly.ts';
export { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, SimulatedClock, timestamp, toDate, toIso, type Clock, type Timestamp } from './time.ts';
