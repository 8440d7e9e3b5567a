import type { Expression } from './expression.ts';
import type { AverageKind } from './standard.ts';

export type Settings = Readonly<Record<string, number | string>>;

export interface IndicatorEntry {
  readonly description: string;
  /** Its outputs start together. */
  readonly aligned?: boolean;
  readonly defaults: Settings;
  readonly build: (settings: Settings) => Readonly<Record<string, Expression>>;
}

export const num = (settings: Settings, name: string): number => Number(settings[name]);
export const kindOf = (settings: Settings, name = 'kind'): AverageKind | number => settings[name] as AverageKind | number;

/** An indicator of one window and one output. */
export function simple(description: string, timePeriod: number, build: (n: number) => Expression): IndicatorEntry {
  return { description, defaults: { timePeriod }, build: (settings) => ({ output: build(num(settings, 'timePeriod')) }) };
}
/** An indicator without parameters. */
export function fixed(description: string, output: Expression): IndicatorEntry {
  return { description, defaults: {}, build: () => ({ output }) };
}
