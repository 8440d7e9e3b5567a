import { needsText } from '#strategy';
import { styleFor, type CliEnvironment } from '../terminal.ts';
import { listStrategies } from './find-strategy.ts';

/** Every strategy that can be named, with its source and its numbers. */
export async function printStrategies(json: boolean, io: CliEnvironment): Promise<void> {
  const found = await listStrategies();
  if (json) {
    const rows = found.map(({ name, kind, summary, recipe }) => ({
      name,
      kind,
      summary,
      source: recipe?.source,
      needs: recipe?.needs,
      parameters: recipe?.parameters,
    }));
    io.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  const style = styleFor(io.stdout, io.environment);
  for (const { name, kind, summary, recipe } of found) {
    io.stdout.write(`${style.bold(name)}  ${style.dim(`(${kind})`)}  ${summary}\n`);
    if (recipe === undefined) continue;
    io.stdout.write(`  ${style.dim(recipe.source)}\n`);
    const needs = needsText(recipe);
    if (needs !== '') io.stdout.write(`  needs ${needs}\n`);
    for (const [parameter, { usual, low, high, text }] of Object.entries(recipe.parameters))
      io.stdout.write(`  ${parameter.padEnd(10)} ${String(usual).padStart(6)}  ${style.dim(`${low} to ${high}`.padEnd(14))} ${text}\n`);
  }
}
