import type { Command } from 'commander';
import type { CliEnvironment } from '../terminal.ts';
export function addBacktestCommand(_p: Command, _io: CliEnvironment): void {}
