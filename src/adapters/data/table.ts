/** Numbers, with NaN for what is missing, or texts. */
export type TableColumn = Float64Array | readonly string[];

/** Named columns of equal length. */
export type Table = Readonly<Record<string, TableColumn>>;
