import { CorrelationGuard } from './correlation-guard.ts';
import type { Guard } from './guard.ts';
import type { ModelInputs, SafetySetup } from './safety-setup.ts';
import { SessionSupervisor, type ControlSchedule } from './session-supervisor.ts';
import { StalenessGuard } from './staleness-guard.ts';

/** What a supervisor is made from; a session's setup is such a thing. */
export interface Supervised {
  readonly instruments: { readonly length: number };
  readonly safety?: SafetySetup;
  readonly modelInputs?: ModelInputs;
}

/** A fresh supervisor for one run of a session: the session itself, or a backtest of its journal with the journal's controls. */
export function supervisorFor({ instruments, safety, modelInputs }: Supervised, controls?: ControlSchedule): SessionSupervisor {
  const guards: Guard[] = [];
  if (safety?.breaker !== undefined) guards.push(new CorrelationGuard(instruments.length, safety.breaker));
  if (safety?.model !== undefined) guards.push(new StalenessGuard(safety.model, modelInputs));
  return new SessionSupervisor(guards, controls);
}
