/** From trading as usual to not at all. `reduce_only`: no entries, exits and protection go on. `halted`: no cycle is run. */
export const DEGRADATION_LEVELS = ['normal', 'degraded', 'reduce_only', 'halted'] as const;
export type DegradationLevel = (typeof DEGRADATION_LEVELS)[number];

export type Health = { readonly kind: 'healthy' } | { readonly kind: 'unhealthy'; readonly reason: string };

export interface Component {
  readonly name: string;
  /** The level that its failure leads to. */
  readonly failsTo: Exclude<DegradationLevel, 'normal'>;
  /** Asked at each assessment; an exception counts as unhealthy. */
  check(): Health;
  /** Called once when it turns unhealthy: what stands in for it meanwhile. */
  fallback?(reason: string): void;
  /** Once failed it stays failed until the process starts anew. */
  readonly latched?: boolean;
}

export interface ComponentStatus {
  readonly name: string;
  readonly healthy: boolean;
  readonly reason: string;
}

/**
 * Knows how well the session is: the worst failing component decides the level. A level rises at once and falls one step at a time,
 * each after `calmAssessments` assessments that would allow it, so that a flickering component does not open and shut trading.
 */
export class Degradation {
  readonly #components: Component[] = [];
  readonly #statuses = new Map<string, ComponentStatus>();
  readonly #calmAssessments: number;
  #calm = 0;
  level: DegradationLevel = 'normal';

  constructor(calmAssessments = 3) {
    this.#calmAssessments = calmAssessments;
  }

  register(component: Component): void {
    this.#components.push(component);
    this.#statuses.set(component.name, { name: component.name, healthy: true, reason: '' });
  }

  assess(): DegradationLevel {
    let wanted = 0;
    for (const component of this.#components) {
      const before = this.#statuses.get(component.name)!;
      const health = before.healthy || component.latched !== true ? ask(component) : before;
      const status = {
        name: component.name,
        healthy: isHealthy(health),
        reason: isHealthy(health) ? '' : (health as { reason: string }).reason,
      };
      this.#statuses.set(component.name, status);
      if (status.healthy) continue;
      if (before.healthy) component.fallback?.(status.reason);
      wanted = Math.max(wanted, DEGRADATION_LEVELS.indexOf(component.failsTo));
    }
    const now = DEGRADATION_LEVELS.indexOf(this.level);
    if (wanted >= now) {
      this.#calm = 0;
      this.level = DEGRADATION_LEVELS[wanted]!;
    } else if (++this.#calm >= this.#calmAssessments) {
      this.#calm = 0;
      this.level = DEGRADATION_LEVELS[now - 1]!;
    }
    return this.level;
  }

  /** Asked before each cycle. False only when halted; `entriesAllowed` says whether it may open positions. */
  isTradingAllowed(): boolean {
    return this.level !== 'halted';
  }

  entriesAllowed(): boolean {
    return this.level === 'normal' || this.level === 'degraded';
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
}

function ask(component: Component): Health {
  try {
    return component.check();
  } catch (error) {
    return { kind: 'unhealthy', reason: error instanceof Error ? error.message : String(error) };
  }
}

function isHealthy(health: Health | ComponentStatus): boolean {
  return 'kind' in health ? health.kind === 'healthy' : health.healthy;
}
