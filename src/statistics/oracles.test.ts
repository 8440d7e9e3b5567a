import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as s from './index.ts';

const folder = new URL('../../../shared/oracles/', import.meta.url);
const present = existsSync(folder);

interface Vector {
  readonly id: string;
  // The oracle files hold free-form JSON.
  readonly inputs: Json;
  readonly expected: Json;
}
type Json = Readonly<Record<string, unknown>>;
/** A field, as the type its reader expects. */
function at<Value>(json: Json, key: string): Value {
  return json[key] as Value;
}

const vectors = (file: string): Vector[] =>
  present ? (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { vectors: Vector[] }).vectors : [];
const csv = (name: string): { header: string[]; rows: string[][] } => {
  const [header, ...rows] = readFileSync(new URL(name, folder), 'utf8').trim().split('\n');
  return { header: header!.split(','), rows: rows.map((row) => row.split(',')) };
};
const columns = (name: string): { names: string[]; data: Float64Array[] } => {
  const { header, rows } = csv(name);
  const first = ['t', 'date'].includes(header[0]!) || /^\d{4}-/.test(rows[0]![0]!) ? 1 : 0;
  const names = header.slice(first);
  return { names, data: names.map((_, i) => Float64Array.from(rows, (row) => Number(row[i + first]))) };
};
const prices = (name: string) => {
  const { rows } = csv(name);
  return { time: Float64Array.from(rows, (row) => Date.parse(row[0]!)), price: Float64Array.from(rows, (row) => Number(row[1])) };
};
const close = (actual: number, expected: unknown, rel = 1e-9, abs = 1e-13) => {
  const wanted = expected as number;
  expect(Math.abs(actual - wanted), `${actual} against ${wanted}`).toBeLessThanOrEqual(Math.max(abs, rel * Math.abs(wanted)));
};
const all = (actual: Record<string, number>, expected: Json, rel = 1e-9, abs?: number) => {
  for (const [key, value] of Object.entries(actual)) {
    expect(expected, key).toHaveProperty([key]);
    const wanted = at<number>(expected, key);
    expect(Math.abs(value - wanted), `${key}: ${value} against ${wanted}`).toBeLessThanOrEqual(
      abs ?? Math.max(1e-300, rel * Math.abs(wanted)),
    );
  }
};
const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
const find = (list: Vector[], id: string) => list.find((vector) => vector.id === id)!;

describe.skipIf(!present)('oracle 03, performance metrics (skipped when ../shared/oracles is absent)', () => {
  const list = vectors('03_metrics.json');
  test.each(list.filter(({ id }) => id.startsWith('qs-')))('$id', ({ inputs, expected }) => {
    const { price } = prices((at(inputs, 'data') as { file: string }).file);
    const r = s.returnsFromEquity(price);
    const rf = s.perPeriodRate(0.02, 252);
    const wins = s.periodWins(r);
    const got: Record<string, number> = {
      sharpe_252: s.sharpeRatio(r),
      sharpe_252_rf2pct: s.sharpeRatio(r, { riskFreePerPeriod: rf }),
      sortino_252: s.sortinoRatio(r),
      sortino_252_rf2pct: s.sortinoRatio(r, { requiredPerPeriod: rf }),
      smart_sharpe: s.sharpeRatio(r, { convention: 'smart' }),
      autocorr_penalty: s.autocorrelationPenalty(r),
      cagr_252: s.annualReturn(r),
      calmar_252: s.calmarRatio(r),
      max_drawdown: s.maxDrawdownWithRoundBaseline(price),
      volatility_252: s.annualVolatility(r),
      omega_0: s.omegaRatio(r),
      omega_required_10pct_annual: s.omegaRatioAnnual(r, 0.1),
      ulcer_index: s.ulcerIndexOfReturns(r),
      upi: s.ulcerPerformanceIndex(r),
      serenity_index: s.serenityIndex(r),
      var_gaussian_95: s.valueAtRiskGaussian(r, 0.05),
      var_gaussian_99: s.valueAtRiskGaussian(r, 0.01),
      cvar_below_gaussian_var_95: s.conditionalValueAtRisk(r, 0.05, 'below_gaussian'),
      tail_ratio_95: s.tailRatio(r),
      payoff_ratio: wins.payoffRatio,
      profit_factor: wins.profitFactor,
      kelly_criterion: wins.kelly,
      win_rate: wins.winRate,
      avg_win: wins.averageWin,
      avg_loss: wins.averageLoss,
      gain_to_pain_daily: s.gainToPain(r),
      skew: s.skewness(r, 'sample'),
      kurtosis_excess: s.kurtosis(r, 'sample') - 3,
      comp: s.totalReturn(r),
      expected_return_daily_geometric: s.geometricMean(r),
      consecutive_wins: wins.maxConsecutiveWins,
      consecutive_losses: wins.maxConsecutiveLosses,
      best: wins.best,
      worst: wins.worst,
      recovery_factor: s.recoveryFactor(r),
      cpc_index: s.cpcIndex(r),
      common_sense_ratio: s.commonSenseRatio(r),
    };
    all(got, expected);
    expect(s.riskOfRuin(r)).toBeCloseTo(0, 12);
    expect(Object.keys(expected).filter((key) => !(key in got))).toEqual(['risk_of_ruin']);
  });

  test.each(list.filter(({ id }) => /^qs-(goog|spx)/.test(id)))('$id, by the names of its table', ({ inputs, expected }) => {
    const { time, price } = prices((at(inputs, 'data') as { file: string }).file);
    const got = s.quantstatsMetrics({ time, equity: price });
    const percent = (name: string) => got[`${name} %`]! / 100;
    all(
      {
        sharpe_252: got['Sharpe']!,
        smart_sharpe: got['Smart Sharpe']!,
        sortino_252: got['Sortino']!,
        cagr_252: percent('CAGR'),
        volatility_252: percent('Volatility (ann.)'),
        calmar_252: got['Calmar']!,
        omega_0: got['Omega']!,
        ulcer_index: got['Ulcer Index']!,
        serenity_index: got['Serenity Index']!,
        var_gaussian_95: percent('Daily Value-at-Risk'),
        cvar_below_gaussian_var_95: percent('Expected Shortfall (cVaR)'),
        tail_ratio_95: got['Tail Ratio']!,
        payoff_ratio: got['Payoff Ratio']!,
        profit_factor: got['Profit Factor']!,
        kelly_criterion: percent('Kelly Criterion'),
        win_rate: percent('Win Days'),
        gain_to_pain_daily: got['Gain/Pain Ratio']!,
        skew: got['Skew']!,
        kurtosis_excess: got['Kurtosis']!,
        comp: percent('Cumulative Return'),
        expected_return_daily_geometric: percent('Expected Daily'),
        consecutive_wins: got['Max Consecutive Wins']!,
        consecutive_losses: got['Max Consecutive Losses']!,
        best: percent('Best Day'),
        worst: percent('Worst Day'),
        recovery_factor: got['Recovery Factor']!,
        cpc_index: got['CPC Index']!,
        common_sense_ratio: got['Common Sense Ratio']!,
      },
      expected,
    );
  });

  test.each(list.filter(({ id }) => /^em-(goog|spx|nasdaq)/.test(id)))('$id', ({ inputs, expected }) => {
    const r = s.returnsFromEquity(prices((at(inputs, 'data') as { file: string }).file).price);
    const got: Record<string, number> = {
      annual_return: s.annualReturn(r),
      annual_volatility: s.annualVolatility(r),
      sharpe_ratio: s.sharpeRatio(r),
      'sharpe_ratio_rf_daily_0.0001': s.sharpeRatio(r, { riskFreePerPeriod: 0.0001 }),
      sortino_ratio: s.sortinoRatio(r),
      'sortino_required_daily_0.0002': s.sortinoRatio(r, { requiredPerPeriod: 0.0002 }),
      downside_risk: s.downsideRisk(r),
      calmar_ratio: s.calmarRatio(r),
      max_drawdown: s.maxDrawdownOfReturns(r),
      omega_ratio_0: s.omegaRatio(r),
      omega_rf0_req10pct: s.omegaRatioAnnual(r, 0.1),
      tail_ratio: s.tailRatio(r),
      value_at_risk_5pct_historical: s.valueAtRiskHistorical(r, 0.05),
      value_at_risk_1pct_historical: s.valueAtRiskHistorical(r, 0.01),
      conditional_value_at_risk_5pct: s.conditionalValueAtRisk(r, 0.05),
      conditional_value_at_risk_1pct: s.conditionalValueAtRisk(r, 0.01),
      stability_of_timeseries: s.stability(r),
      cum_returns_final: s.totalReturn(r),
    };
    all(got, expected);
    expect(Object.keys(got)).toHaveLength(Object.keys(expected).length);
  });

  test.each(list.filter(({ id }) => id.startsWith('dd-')))('$id', ({ inputs, expected }) => {
    const { time, price } = prices((at(inputs, 'data') as { file: string }).file);
    const worst = s.worstDrawdowns(time, price, 6);
    const wanted = at(expected, 'deepest') as unknown as {
      start: string;
      valley: string;
      end: string;
      days: number;
      maxDrawdownPct: number;
    }[];
    expect(worst.map((row) => [iso(row.start), iso(row.valley), iso(row.end), row.days])).toEqual(
      wanted.map((row) => [row.start, row.valley, row.end, row.days]),
    );
    worst.forEach((row, i) => close(row.depth * 100, wanted[i]!.maxDrawdownPct));
    const { bars, peakIndex, recoveryIndexOrEnd } = at(expected, 'longestUnderwater') as Record<string, unknown>;
    expect(s.longestUnderwater(price)).toEqual({ bars, peakRow: peakIndex, endRow: recoveryIndexOrEnd });
    close(s.maxDrawdown(price), at(expected, 'maxDrawdown'));
  });

  test('greeks', () => {
    const { inputs, expected } = find(list, 'greeks-nasdaq-vs-spx');
    const column = (key: string) => s.returnsFromEquity(prices((at(inputs, key) as { file: string }).file).price);
    const got = s.benchmarkStatistics(column('returns'), column('benchmark'));
    all({ information_ratio_daily: got.informationRatio, r_squared: got.rSquared }, expected, 1e-8);
    all({ beta: got.beta, alphaArith252: got.alphaArithmetic }, at(expected, 'quantstats'), 1e-8);
    all(
      {
        alpha_geometric_annual: got.alphaGeometric,
        beta: got.beta,
        up_capture: got.upCapture,
        down_capture: got.downCapture,
      },
      at(expected, 'empyrical'),
      1e-8,
    );
  });

  const percent = (inputs: Json) =>
    Float64Array.from(at(inputs, 'returnsPct') as (number | null)[], (value) => (value === null ? Number.NaN : value / 100));
  test('empyrical unit tests', () => {
    const mixed = find(list, 'em-ut-mixed');
    const r = percent(mixed.inputs);
    all(
      {
        max_drawdown: s.maxDrawdownOfReturns(r),
        annual_return: s.annualReturn(r, { length: 'all' }),
        annual_volatility: s.annualVolatility(r),
        calmar: s.calmarRatio(r, 252, 'all'),
        sharpe: s.sharpeRatio(r),
        sortino: s.sortinoRatio(r),
        downside_risk: s.downsideRisk(r),
        omega_rf0_req10: s.omegaRatioAnnual(r, 10),
        omega_vs_flat1pct: s.omegaRatio(r, 0.01),
      },
      mixed.expected,
      0,
      1e-8,
    );
    (at(mixed.expected, 'cum_returns') as number[]).forEach((value, i) => expect(s.equityFromReturns(r)[i + 1]! - 1).toBeCloseTo(value, 4));
    const weekly = find(list, 'em-ut-weekly');
    const w = percent(weekly.inputs);
    all(
      {
        annual_return: s.annualReturn(w, { periodsPerYear: 52 }),
        annual_volatility: s.annualVolatility(w, 52),
        calmar: s.calmarRatio(w, 52),
        sortino: s.sortinoRatio(w, { periodsPerYear: 52 }),
        downside_risk: s.downsideRisk(w, 52),
      },
      weekly.expected,
      0,
      1e-8,
    );
  });

  test('pypbo and trades', () => {
    const iid = find(list, 'pypbo-sharpe-iid');
    close(
      s.sharpeRatio(at(iid.inputs, 'returns'), { periodsPerYear: 1, riskFreePerPeriod: at(iid.inputs, 'benchmarkPerPeriod') }),
      at(iid.expected, 'sharpe'),
      0,
      1e-5,
    );
    const omega = find(list, 'pypbo-omega');
    close(s.omegaRatio(at(omega.inputs, 'returns'), at(omega.inputs, 'mar')), at(omega.expected, 'omega'), 0, 1e-6);
    const trades = find(list, 'trades-a');
    const t = s.tradeStatistics((at(trades.inputs, 'pnl') as number[]).map((pnl) => ({ pnl })));
    const { count: n, winRate, profitFactor, expectancy, payoff, sqn, kelly, maxConsecutiveLosses } = t;
    all({ n, winRate, profitFactor, expectancy, payoff, sqn, kelly, maxConsecutiveLosses }, trades.expected, 1e-12);
  });
});

describe.skipIf(!present)('oracle 04, overfitting (skipped when ../shared/oracles is absent)', () => {
  const list = vectors('04_overfitting.json');
  const estimate = (inputs: Json) => ({
    sharpe: at(inputs, 'sr') as number,
    observations: at<number | undefined>(inputs, 'T') ?? at<number | undefined>(inputs, 'n') ?? Number.NaN,
    skewness: at(inputs, 'skew') as number,
    kurtosis: at(inputs, 'kurtosis') as number,
  });

  test('published PSR, standard error, MinTRL, DSR, expected maximum, MinBTL', () => {
    for (const id of ['psr-paper-normal', 'psr-paper-nonnormal']) {
      const { inputs, expected } = find(list, id);
      close(s.probabilisticSharpeRatio(estimate(inputs), at(inputs, 'srBenchmark')), at(expected, 'psr'), 0, 5e-4);
    }
    const error = find(list, 'sr-stdev-paper-1');
    close(s.sharpeStandardError(estimate(error.inputs)), at(error.expected, 'srStd'), 0, 5e-5);
    for (const [id, abs] of [
      ['mintrl-paper-1', 5e-5],
      ['mintrl-fig8-daily', 1e-8],
    ] as const) {
      const { inputs, expected } = find(list, id);
      const observations = s.minimumTrackRecordLength(estimate(inputs), at(inputs, 'srBenchmark'), at(inputs, 'prob'));
      close(observations / (at(inputs, 'periodsPerYear') as number), at(expected, 'minTrlYears'), 0, abs);
    }
    const dsr = find(list, 'dsr-paper');
    const { srAnnual, periodsPerYear, varSrAnnual, N, T, skew, kurtosis } = dsr.inputs as Record<string, number>;
    const best = { sharpe: srAnnual! / Math.sqrt(periodsPerYear!), observations: T!, skewness: skew!, kurtosis: kurtosis! };
    const deflated = s.deflatedSharpeRatio(best, N!, Math.sqrt(varSrAnnual! / periodsPerYear!));
    close(deflated.deflatedSharpeRatio, at(dsr.expected, 'dsr'), 0, 1e-6);
    close(deflated.expectedMaximumSharpe, at(dsr.expected, 'sr0Daily'), 0, 5e-5);
    const most = find(list, 'expected-max-100');
    close(s.expectedMaximum(at(most.inputs, 'N')), at(most.expected, 'expectedMax'), 0, 1e-8);
    const length = find(list, 'minbtl-45');
    close(s.minimumBacktestLength(at(length.inputs, 'N'), at(length.inputs, 'sharpeIS')), at(length.expected, 'years'), 0, 1e-8);
    const repo = find(list, 'psr-repo-returns');
    const own = s.sharpeEstimate(at(repo.inputs, 'returns'));
    close(own.sharpe, at(repo.expected, 'sr'), 0, 1e-7);
    close(s.sharpeStandardError(own), at(repo.expected, 'srStd'), 0, 1e-7);
    close(s.probabilisticSharpeRatio(own, at(repo.inputs, 'srBenchmark')), at(repo.expected, 'psr'), 0, 1e-7);
    close(s.minimumTrackRecordLength(own, at(repo.inputs, 'srBenchmark'), at(repo.inputs, 'prob')), at(repo.expected, 'minTrl'), 0, 1e-7);
  });

  test.each(list.filter(({ id }) => id.startsWith('dsr-trials')))('$id', ({ inputs, expected }) => {
    const { names, data } = columns((at(inputs, 'data') as { file: string }).file);
    const got = s.summariseTrials(data);
    expect([got.bestIndex, names[got.bestIndex]]).toEqual([at(expected, 'bestIndex'), at(expected, 'best')]);
    const best = s.sharpeEstimate(data[got.bestIndex]!);
    all(
      {
        avgCorrelation: got.averageCorrelation,
        numIndependentTrials: got.independentTrials,
        trialsSrStd_ddof1: got.sharpeDeviation,
        expectedMaxSr_indep: got.deflatedIndependent.expectedMaximumSharpe,
        expectedMaxSr_allTrials: got.deflatedAllTrials.expectedMaximumSharpe,
        psr0_best: s.probabilisticSharpeRatio(best),
        dsr_indep: got.deflatedIndependent.deflatedSharpeRatio,
        dsr_allTrials: got.deflatedAllTrials.deflatedSharpeRatio,
        minTRL_vs0_95_obs: s.minimumTrackRecordLength(best),
        skewBiased: best.skewness,
        kurtosisPearsonBiased: best.kurtosis,
        T: best.observations,
      },
      expected,
      1e-8,
    );
    (at(expected, 'srPerTrial') as number[]).forEach((value, i) => close(got.sharpes[i]!, value, 1e-8));
  });

  test.each(list.filter(({ id }) => id.startsWith('pbo-')))('$id', ({ inputs, expected }) => {
    const { data } = columns((at(inputs, 'data') as { file: string }).file);
    const got = s.overfittingProbability(data, { blocks: at(inputs, 'S') });
    all(
      {
        nCombinations: got.combinations,
        pbo: got.probability,
        probOosLoss: got.probabilityOfLoss,
        logitMean: got.logitMean,
        logitStd_ddof0: got.logitDeviation,
        logitMedian: got.logitMedian,
        meanIS: got.meanInSample,
        meanOOS: got.meanOutOfSample,
        rowsDroppedAtStart: got.rowsDropped,
      },
      expected,
    );
    all({ slope: got.degradation.slope, intercept: got.degradation.intercept, r2: got.degradation.rSquared }, at(expected, 'degradation'));
    expect(Array.from(got.selectionCounts)).toEqual(at(expected, 'selectionCounts'));
    expect(Array.from(got.selected.subarray(0, 10))).toEqual((at(expected, 'firstTenSelected') as number[]).slice(0, 10));
    for (const key of ['firstTenLogits', 'logits'])
      ((at<number[] | undefined>(expected, key) ?? []) as number[]).forEach((value, i) => close(got.logits[i]!, value));
  });

  test.each(list.filter(({ id }) => id.startsWith('spa-')))('$id', ({ inputs, expected }) => {
    const { file, rows } = at(inputs, 'returns') as { file: string; rows: [number, number] };
    const trials = columns(file).data.map((column) => column.subarray(...rows));
    const source = at(inputs, 'benchmark') as string | { file: string };
    const benchmark = typeof source === 'string' ? 0 : lone((source as { file: string }).file);
    const indices = readFileSync(new URL((at(inputs, 'bootstrapIndices') as { file: string }).file, folder), 'utf8')
      .trim()
      .split('\n')
      .map((row) => Int32Array.from(row.split(','), Number))
      .filter((row) => row.length === rows[1] - rows[0] && !row.some(Number.isNaN));
    const options = { indices, blockLength: at(inputs, 'blockSize') as number };
    const plain = s.superiorPredictiveAbility(trials, benchmark, { ...options, studentize: false });
    all(plain.pValues, at(expected, 'pvalues'), 0, 1e-12);
    all(plain.criticalValues, at(expected, 'criticalValues95'));
    close(s.realityCheck(trials, benchmark, options), at(expected, 'whiteRealityCheckP'), 0, 1e-12);
    expect(plain.better).toEqual(at(expected, 'betterModels05'));
    (at(expected, 'meanLossDiff') as number[]).forEach((value, i) => close(plain.means[i]!, value));
    (at(expected, 'variance') as number[]).forEach((value, i) => close(plain.variances[i]!, value));
    const student = s.superiorPredictiveAbility(trials, benchmark, options);
    all({ stat: student.statistic, ...student.pValues }, at(expected, 'studentizedByDefinition'));
  });
  const lone = (file: string) => {
    const text = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
    return Float64Array.from(text, (row) => Number(row.split(',').at(-1))).filter((value) => !Number.isNaN(value));
  };
});

describe.skipIf(!present)('oracle 01, the statistics of backtesting.py (skipped when ../shared/oracles is absent)', () => {
  interface OracleTrade {
    entryBar: number;
    exitBar: number;
    entryTime: string;
    exitTime: string;
    pnl: number;
    commission: number;
    returnPct: number;
  }
  const utc = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
  const withEquity = vectors('01_backtesting_py.json').filter(({ expected }) => Array.isArray(at(expected, 'equity')));
  test.each(withEquity)('$id', ({ inputs, expected }) => {
    const { file, slice } = at(inputs, 'data') as { file: string; slice?: [number, number] };
    const rows = csv(file).rows.slice(...(slice ?? []));
    const equity = Float64Array.from(at(expected, 'equity') as number[]);
    const hold = (at(expected, 'stats') as Record<string, number>)['Buy & Hold Return [%]']!;
    const close_ = Float64Array.from(rows, (row) => Number(row[4])).subarray(0, equity.length);
    // The row on which the strategy could first trade belongs to the run, not to its equity: find it from the printed return.
    const first = close_.findIndex((value) => Math.abs((close_.at(-1)! / value - 1) * 100 - hold) < 1e-9 * Math.max(1, Math.abs(hold)));
    const got = s.backtestingPyStatistics({
      time: Float64Array.from(rows, (row) => Date.parse(row[0]!)).subarray(0, equity.length),
      equity,
      close: close_,
      firstTradingRow: Math.max(0, first),
      trades: (at(expected, 'trades') as OracleTrade[]).map((trade) => ({
        entryRow: trade.entryBar,
        exitRow: trade.exitBar,
        entryTime: utc(trade.entryTime),
        exitTime: utc(trade.exitTime),
        pnl: trade.pnl,
        returnFraction: trade.returnPct,
        fees: trade.commission,
      })),
    });
    for (const [name, value] of Object.entries(at(expected, 'stats') as Record<string, number | null | { seconds: number } | string>)) {
      if (['Start', 'End', 'Duration'].includes(name)) continue;
      const wanted = value === null ? Number.NaN : typeof value === 'object' ? value.seconds * 1000 : Number(value);
      const own = got[name]!;
      if (Number.isNaN(wanted)) expect(own, name).toBeNaN();
      else expect(Math.abs(own - wanted), `${name}: ${own} against ${wanted}`).toBeLessThanOrEqual(1e-8 * Math.abs(wanted) + 1e-12);
    }
  });
});

test.skipIf(!present)('oracle 11: compounding annual return of LEAN, a year of 365 days (skipped when ../shared/oracles is absent)', () => {
  let checked = 0;
  for (const { inputs, expected } of vectors('11_lean_regression.json')) {
    const statistics = at(expected, 'statistics') as Record<string, string> | undefined;
    const { from, to } = ((at(inputs, 'data') as { from?: string; to?: string } | undefined) ?? {}) as { from?: string; to?: string };
    if (statistics === undefined || from === undefined || to === undefined || !/^\d{8}$/.test(from + '')) continue;
    const day = (text: string) => Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8)));
    const growth = s.compoundAnnualGrowthRate(
      Number(statistics['Start Equity']),
      Number(statistics['End Equity']),
      day(to) + 16 * 3_600_000 - day(from),
      365,
    );
    expect((growth * 100).toFixed(3) + '%').toBe(statistics['Compounding Annual Return']);
    checked += 1;
  }
  expect(checked).toBeGreaterThan(0);
});
