import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole, writeWhole } from './whole-file.ts';

/** What an operator has ordered for a session. Released is written too: a missing file releases nothing. */
export interface KillOrder {
  readonly killed: boolean;
  readonly why: string;
  /** Close all positions besides. */
  readonly flatten: boolean;
  /** ISO time. */
  readonly at: string;
}

const placeOf = (folder: string): string => join(folder, 'kill.json');

/** Undefined when nobody ever ordered anything. A file that cannot be understood is an order to stop. */
export function readKill(folder: string): KillOrder | undefined {
  const text = readWhole(placeOf(folder));
  if (text === undefined) return undefined;
  try {
    const order = JSON.parse(text) as Partial<KillOrder>;
    if (typeof order.killed === 'boolean' && typeof order.why === 'string')
      return { killed: order.killed, why: order.why, flatten: order.flatten === true, at: order.at ?? '' };
  } catch {
    // Falls through: fails closed.
  }
  return { killed: true, why: 'kill.json cannot be read', flatten: false, at: '' };
}

export function writeKill(folder: string, order: KillOrder): void {
  mkdirSync(folder, { recursive: true });
  writeWhole(placeOf(folder), `${JSON.stringify(order)}\n`);
}
