/**
 * What a user did wrong, or what the user alone can mend. Printed as one line (`message`, then `hint`), exit code 2.
 * Never used for faults of ours: those are broken invariants and throw `InvariantError`.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** How to mend it, a sentence; empty when the message says it all. */
  readonly hint: string;

  constructor(message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

export type OperationalCode = 'auth' | 'rate_limit' | 'rejected' | 'not_found' | 'unavailable' | 'unknown_outcome' | 'corrupt' | 'no_space';

/** A fault of the world: network, venue, disk. `recoverable` says whether trying again can help. */
export class OperationalError extends Error {
  override readonly name = 'OperationalError';
  readonly code: OperationalCode;
  readonly recoverable: boolean;

  constructor(code: OperationalCode, message: string, options: ErrorOptions & { readonly recoverable?: boolean } = {}) {
    super(message, options);
    this.code = code;
    this.recoverable = options.recoverable ?? (code === 'rate_limit' || code === 'unavailable');
  }
}

/** A broken invariant: a fault of ours. The process should end; start-up is recovery. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws `InvariantError` unless the condition holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Marks the impossible branch of a switch over a union; fails to compile when a member was forgotten. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value: ${JSON.stringify(value)}`);
}
