import { webAssembly } from '#core';
import type { EquityCurve } from '#domain';
import { plainRows } from './curve-csv/plain.ts';
import { wasmRows } from './curve-csv/wasm.ts';

export type CurveEngine = 'wasm' | 'plain';

/**
 * `time,equity,drawdown` with ISO times as bytes, in parts to be written one after the other; a part holds until the next is asked for.
 * Drawdown is the fraction below the highest equity so far, 0 or negative. The digits come out of JSON, a block of numbers at a time: the
 * runtime keeps each text that it makes of a single number for a while, which for a million rows is fifty megabytes. Equity that stands
 * still, as it does without a position, is not turned to digits again. Both engines give the same bytes; without WebAssembly it is plain.
 */
export function* equityCsvParts(curve: EquityCurve, engine: CurveEngine = 'wasm'): Generator<Uint8Array> {
  yield Buffer.from('time,equity,drawdown\n', 'latin1');
  yield* engine === 'plain' || webAssembly === undefined ? plainRows(curve) : wasmRows(curve);
}
