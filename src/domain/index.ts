/**
 * Floor 1. The nouns of trading: what is traded, in which bars, by which orders, with which fills.
 * Plain readonly data and pure functions on it; knows no venue's wire format and does no I/O.
 */
export { barSeries, firstRowAtOrAfter, sliceBars, type BarColumns, type BarSeries } from './bars.ts';
export { instrument, roundToLot, roundToTick, type AssetClass, type Instrument } from './instrument.ts';
export type { EquityCurve, Trade, TradeSide } from './trade.ts';
export { barsPerYear, parseTimeframe, type Timeframe } from './timeframe.ts';
export { venueCalendar, type Session, type VenueCalendar, type VenueHours } from './venue.ts';
export type { Fill } from './fill.ts';
export {
  clientOrderId,
  type Order,
  type OrderRequest,
  type OrderSide,
  type OrderSize,
  type OrderStatus,
  type OrderType,
  type TimeInForce,
} from './order.ts';
export type { Position } from './position.ts';
