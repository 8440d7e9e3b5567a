/**
 * Where orders keep their numbers: blocks of doubles shared by many orders, which the garbage collector neither copies nor scans.
 * A double in an object of its own is a second object; an order would be sixteen.
 */
const CELLS_AN_ORDER = 15;
const ORDERS_A_BLOCK = 128;

let block = emptyBlock();
let next = 0;

function emptyBlock(): Float64Array {
  return new Float64Array(CELLS_AN_ORDER * ORDERS_A_BLOCK).fill(Number.NaN);
}

/** First of the cells that belong to one new order in `blockOfNumbers()`; they start as NaN. */
export function takeCells(): number {
  if (next === block.length) {
    block = emptyBlock();
    next = 0;
  }
  const at = next;
  next += CELLS_AN_ORDER;
  return at;
}

/** The block that the last `takeCells` gave from. */
export function blockOfNumbers(): Float64Array {
  return block;
}
