/** Files of a run; `compare` reads `sheetInput` and `why` reads `decisions`. */
export const RUN_FILES = {
  report: 'report.json',
  tradesCsv: 'trades.csv',
  tradesParquet: 'trades.parquet',
  equity: 'equity_curve.csv',
  sheet: 'tear_sheet.html',
  sheetInput: 'tear_sheet.json',
  decisions: 'decisions.json',
} as const;
