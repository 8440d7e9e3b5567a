import { registerHooks } from 'node:module';
import { PackedRooms } from './packed-rooms.ts';

/**
 * The program's own imports name their files, and so do those of zod, which comes as a hundred of them: where they lie and what they are
 * needs no search through folders and package descriptions. That search is a third of a command's start and twelve megabytes. Rooms that
 * were packed are one script each; with EDGEWRIGHT_DEBUG=1 they are not, so that a fault names the line of the source.
 */
export function knowOwnModules(environment = process.env): void {
  const source = new URL('../../', import.meta.url).href;
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const format = extension === '.ts' ? 'module-typescript' : 'module';
  const project = new URL('../', source);
  const packed = environment['EDGEWRIGHT_DEBUG'] === '1' ? undefined : new PackedRooms(project);
  /** The source file that an import of ours means; undefined for a library. */
  const fileOf = (specifier: string, parent: string): string | undefined => {
    if (specifier.startsWith('#')) return `${source}${specifier.slice(1)}/index${extension}`;
    return specifier.startsWith('.') && specifier.endsWith(extension) ? new URL(specifier, parent).href : undefined;
  };
  let zod = 'not loaded yet';
  registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL ?? '';
      const isOwn = parent.startsWith(source) || (packed !== undefined && parent.startsWith(packed.folder));
      if (isOwn) {
        const file = fileOf(specifier, parent);
        const door = packed?.find(file?.slice(project.href.length) ?? specifier);
        if (door !== undefined) return { url: door, format: 'module', shortCircuit: true };
        if (file !== undefined) return { url: file, format, shortCircuit: true };
      } else if (specifier.startsWith('.') && specifier.endsWith('.js') && parent.startsWith(zod)) {
        // Half of its files are translations of its messages, which nobody here asks for.
        const path = specifier === '../locales/index.js' ? '../locales/en.js' : specifier;
        return { url: new URL(path, parent).href, format: 'module', shortCircuit: true };
      }
      const found = next(specifier, context);
      if (specifier === 'zod' && isOwn && found.format === 'module') zod = new URL('v4/', found.url).href;
      return found;
    },
  });
}
