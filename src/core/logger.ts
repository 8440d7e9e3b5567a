export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where rooms report what a person or a machine may want to read later. Fields are plain JSON values, never secrets. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Swallows everything; the default of tests. */
export const silentLogger: Logger = { log: () => undefined };
