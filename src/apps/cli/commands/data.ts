import type { Command } from 'commander';
import type { CliEnvironment } from '../terminal.ts';
export function addDataCommand(_p: Command, _io: CliEnvironment): void {}
