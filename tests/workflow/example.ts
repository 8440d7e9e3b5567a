import { writeFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineStep, StepRegistry } from '#workflow';

/** A small pipeline whose steps take a little time and write several files each, to be killed at any moment. */
export const pipelineText = `
name: small
parameters:
  rows: { type: integer, default: 400 }
  scale: { type: number, default: 2 }
steps:
  - id: data
    uses: make
    with: { rows: "\${{ parameters.rows }}" }
  - id: features
    uses: transform
    with: { paths: "\${{ steps.data.outputs.paths }}", scale: "\${{ parameters.scale }}", folder: results/features }
  - id: labels
    needs: data
    uses: transform
    with: { paths: "\${{ steps.data.outputs.paths }}", scale: 0.5, folder: results/labels }
  - id: report
    needs: [features, labels]
    uses: total
    with: { left: "\${{ steps.features.outputs.paths }}", right: "\${{ steps.labels.outputs.paths }}" }
outputs:
  total: "\${{ steps.report.outputs.total }}"
`;

const paths = z.array(z.string());

export function exampleRegistry(counts: Map<string, number> = new Map(), pauseMs = 0): StepRegistry {
  const count = (id: string): unknown => counts.set(id, (counts.get(id) ?? 0) + 1);
  const make = defineStep({
    name: 'make',
    input: z.object({ rows: z.int().min(1) }),
    output: z.object({ paths }),
    run: async (context, { rows }) => {
      count(context.id);
      const rng = context.rng();
      const made = ['a', 'b', 'c'].map((name) => `results/data/${name}.csv`);
      for (const path of made) {
        writeFileSync(context.outputPath(path), Array.from({ length: rows }, () => rng.uniform()).join('\n'));
        await delay(pauseMs);
      }
      return { paths: made };
    },
  });
  const transform = defineStep({
    name: 'transform',
    input: z.object({ paths, scale: z.number(), folder: z.string() }),
    output: z.object({ paths }),
    run: async (context, input) => {
      count(context.id);
      const out: string[] = [];
      for (const [index, path] of input.paths.entries()) {
        const target = `${input.folder}/${index}.csv`;
        writeFileSync(
          context.outputPath(target),
          readNumbers(context.inputPath(path))
            .map((value) => value * input.scale)
            .join('\n'),
        );
        out.push(target);
        context.progress((index + 1) / input.paths.length);
        await delay(pauseMs);
      }
      return { paths: out };
    },
  });
  const total = defineStep({
    name: 'total',
    input: z.object({ left: paths, right: paths }),
    output: z.object({ total: z.number() }),
    run: (context, { left, right }) => {
      count(context.id);
      const sum = [...left, ...right].flatMap((path) => readNumbers(context.inputPath(path))).reduce((a, b) => a + b, 0);
      writeFileSync(context.outputPath('results/report.json'), JSON.stringify({ sum }));
      return { total: sum };
    },
  });
  return new StepRegistry([make, transform, total]);
}

function readNumbers(path: string): number[] {
  return readFileSync(path, 'utf8').split('\n').map(Number);
}
