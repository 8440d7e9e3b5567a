import { walkForwardEfficiency, type SearchPoint } from '#backtest';
import { objectiveScore } from '#research';
import { decimal, percent } from '../backtest/table.ts';
import type { OptimizeOutcome } from './optimize.ts';

export const parametersText = (point: Readonly<Record<string, number>>): string =>
  Object.entries(point)
    .map(([name, value]) => `${name}=${Number(value.toPrecision(6))}`)
    .join(' ');

export function headline(outcome: OptimizeOutcome): string {
  const { plan, result, evaluated, fromLedger, ledger } = outcome;
  return `${plan.method} over ${Object.keys(plan.space.dimensions).join(', ')}: ${result.ranked.length} combinations, ${evaluated} evaluated now, ${fromLedger} from the ledger of ${ledger.rows} trials`;
}

/** What the search says about itself, warnings marked. */
export function believed(outcome: OptimizeOutcome): readonly { readonly text: string; readonly warning: boolean }[] {
  const { honesty, result, plan, ledger } = outcome;
  const [objective] = plan.objectives;
  const { plateau } = result;
  const sentences = [
    {
      text: `Deflated Sharpe ratio ${percent(honesty.deflatedSharpeRatio)}: the chance that the best is more than the best of ${honesty.trials} tries (expected to show ${decimal(honesty.expectedMaximumSharpe)} without any skill).`,
      warning: !(honesty.deflatedSharpeRatio >= 0.95),
    },
  ];
  if (Number.isFinite(honesty.overfittingProbability))
    sentences.push({
      text: `Probability of overfitting ${percent(honesty.overfittingProbability)}: how often the best of one half of the days is below the median in the other.`,
      warning: honesty.overfittingProbability > 0.5,
    });
  if (plateau !== undefined) {
    const { peak, centre } = plateau;
    const at = parametersText(peak.trial.parameters as SearchPoint);
    const lost = percent(Math.min(1, peak.drop), 0);
    sentences.push({
      text: peak.lonely
        ? `Lonely peak: ${at} has ${objective} ${decimal(peak.value)}, its ${peak.neighbours} neighbours ${decimal(peak.neighbourMedian)}: ${lost} of its lead over the middle of all is lost nearby. Most likely luck.`
        : peak.warning === ''
          ? `The best point stands on a plateau: its ${peak.neighbours} neighbours have ${objective} ${decimal(peak.neighbourMedian)} in the middle.`
          : peak.warning,
      warning: peak.warning !== '',
    });
    if (centre.neighbours >= 2)
      sentences.push({
        text: `Middle of the best plateau: ${parametersText(centre.trial.parameters as SearchPoint)} (${objective} ${decimal(centre.value)}, its neighbours ${decimal(centre.neighbourMedian)}).`,
        warning: false,
      });
  }
  if (result.folds.length > 0) {
    const kept = efficiency(outcome);
    const text = `Chosen on training days, judged on the test days: ${objective} ${decimal(outOfSampleScore(outcome))} over all test days`;
    sentences.push({
      text: Number.isFinite(kept) ? `${text}; the folds keep ${percent(kept, 0)} of what they showed in sample.` : `${text}.`,
      warning: !(outOfSampleScore(outcome) > 0) || kept < 0.5,
    });
  }
  if (ledger.unreadable > 0)
    sentences.push({ text: `${ledger.unreadable} lines of the ledger are not whole and count for nothing.`, warning: true });
  return sentences;
}

export function foldRows({ result }: OptimizeOutcome): readonly (readonly string[])[] {
  return result.folds.map(({ name, parameters, inSample, outOfSample }) => [
    name,
    parametersText(parameters),
    decimal(inSample),
    decimal(outOfSample),
  ]);
}

/** The first objective over all test days in a row; NaN without folds. */
export function outOfSampleScore({ plan, result }: OptimizeOutcome): number {
  if (result.folds.length === 0) return Number.NaN;
  const days = result.folds.flatMap(({ returns }) => [...returns]);
  return objectiveScore(plan.objectives[0]!, Float64Array.from(days), plan.periodsPerYear);
}

/** Mean score of the test days over that of the training days; NaN without folds or without success in sample. */
export function efficiency({ result: { folds } }: OptimizeOutcome): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return walkForwardEfficiency(mean(folds.map(({ inSample }) => inSample)), mean(folds.map(({ outOfSample }) => outOfSample)));
}
