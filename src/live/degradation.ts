/** From trading as usual to not at all. `reduce_only`: no entries, exits and protection go on. `halted`: no cycle is run. */
export const DEGRADATION_LEVELS = ['normal', 'degraded', 'reduce_only', 'halted'] as const;
export type DegradationLevel = (typeof DEGRADATION_LEVELS)[number];
export type FailureLevel = Exclude<DegradationLevel, 'normal'>;

/** `level`: what this failure leads to, when it is not the component's usual one. */
export type Health = { readonly kind: 'healthy' } | { readonly kind: 'unhealthy'; readonly reason: string; readonly level?: FailureLevel };

export interface Component {
  readonly name: string;
  /** The level that its failure leads to. */
  readonly failsTo: FailureLevel;
  /** Asked at each assessment; an exception counts as unhealthy. */
  check(): Health;
  /** Called once when it turns unhealthy: what stands in for it meanwhile. */
  fallback?(reason: string): void;
  /** Once failed it stays failed until the process starts anew. */
  readonly latched?: boolean;
  /**
   * It holds entries back itself (a guard of the engine, a control of its own): it counts for the level, and leaves it as soon as it is
   * well, but `entriesAllowed` does not repeat it.
   */
  readonly enforced?: boolean;
}

export interface ComponentStatus {
  readonly name: string;
  readonly healthy: boolean;
  readonly reason: string;
}

/** A level that rises at once and falls one step at a time, each after some assessments in a row that would allow it. */
class SlowLevel {
  readonly #calmAssessments: number;
  #calm = 0;
  at = 0;

  constructor(calmAssessments: number) {
    this.#calmAssessments = calmAssessments;
  }

  assess(wanted: number): void {
    if (wanted >= this.at) {
      this.#calm = 0;
      this.at = wanted;
    } else if (++this.#calm >= this.#calmAssessments) {
      this.#calm = 0;
      this.at--;
    }
  }
}

/**
 * Knows how well the session is: the worst failing component decides the level. A level rises at once and falls one step at a time,
 * each after `calmAssessments` assessments that would allow it, so that a flickering component does not open and shut trading.
 */
export class Degradation {
  readonly #components: Component[] = [];
  readonly #statuses = new Map<string, ComponentStatus>();
  readonly #slow: SlowLevel;
  #enforced = 0;

  constructor(calmAssessments = 3) {
    this.#slow = new SlowLevel(calmAssessments);
  }

  register(component: Component): void {
    this.#components.push(component);
    this.#statuses.set(component.name, { name: component.name, healthy: true, reason: '' });
  }

  assess(): DegradationLevel {
    let wanted = 0;
    this.#enforced = 0;
    for (const component of this.#components) {
      const failed = this.#ask(component);
      if (failed === undefined) continue;
      const level = DEGRADATION_LEVELS.indexOf(failed);
      if (component.enforced === true) this.#enforced = Math.max(this.#enforced, level);
      else wanted = Math.max(wanted, level);
    }
    this.#slow.assess(wanted);
    return this.level;
  }

  get level(): DegradationLevel {
    return DEGRADATION_LEVELS[Math.max(this.#slow.at, this.#enforced)]!;
  }

  /** Asked before each cycle. False only when halted; `entriesAllowed` says whether it may open positions. */
  isTradingAllowed(): boolean {
    return this.level !== 'halted';
  }

  /** What is enforced elsewhere is not counted. */
  entriesAllowed(): boolean {
    return this.#slow.at < DEGRADATION_LEVELS.indexOf('reduce_only');
  }

  get components(): readonly ComponentStatus[] {
    return [...this.#statuses.values()];
  }

  /** What is wrong, in one line; empty when nothing is. */
  get reason(): string {
    return this.components
      .filter(({ healthy }) => !healthy)
      .map(({ name, reason }) => `${name}: ${reason}`)
      .join('; ');
  }

  /** The level that a component fails to now; undefined while it is well. */
  #ask(component: Component): FailureLevel | undefined {
    const { name, failsTo, latched } = component;
    const before = this.#statuses.get(name)!;
    if (!before.healthy && latched === true) return failsTo;
    const health = askSafely(component);
    const healthy = health.kind === 'healthy';
    const reason = healthy ? '' : health.reason;
    this.#statuses.set(name, { name, healthy, reason });
    if (healthy) return undefined;
    if (before.healthy) component.fallback?.(reason);
    return health.level ?? failsTo;
  }
}

function askSafely(component: Component): Health {
  try {
    return component.check();
  } catch (error) {
    return { kind: 'unhealthy', reason: error instanceof Error ? error.message : String(error) };
  }
}
