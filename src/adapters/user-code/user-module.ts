import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Files of the user's own, as URLs: what was asked for, and what those import from beside them. */
const own = new Set<string>();
let hooked = false;

/**
 * Imports a file that a user wrote. `npm init` calls every new project CommonJS, in which Node refuses `export default`; what a file is
 * shows in its text, so that the same strategy or slice runs in any folder.
 */
export async function importUserModule(path: string): Promise<unknown> {
  const { href } = pathToFileURL(path);
  own.add(href);
  if (!hooked) {
    hooked = true;
    registerHooks({
      resolve(specifier, context, next) {
        const found = next(specifier, context);
        if (own.has(context.parentURL ?? '') && specifier.startsWith('.')) own.add(found.url);
        if (!own.has(found.url) || found.format?.startsWith('commonjs') !== true || !isModule(found.url)) return found;
        return { ...found, format: found.format === 'commonjs-typescript' ? 'module-typescript' : 'module' };
      },
    });
  }
  return import(href);
}

/** Whether a line begins with an import or export declaration, which CommonJS does not have. */
function isModule(url: string): boolean {
  return /^\s*(?:export\s|import\s*(?:[\w*{]|['"]))/m.test(readFileSync(fileURLToPath(url), 'utf8'));
}
