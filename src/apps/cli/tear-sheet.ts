import { join } from 'node:path';
import { PLACES } from '../steps/files.ts';

export function tearSheetPath(workspace: string): string {
  return join(workspace, PLACES.tearSheet);
}
