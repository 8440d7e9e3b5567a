/**
 * Floor 2. Learning from bars: labels, weights, purged validation, calibration, metrics of a classifier,
 * drift, and the trainer. Pure functions over columns and label spans; randomness comes in as an `Rng`.
 * Never fetches data, never sends orders, never reads a validation row while fitting on training rows.
 */
export {};
