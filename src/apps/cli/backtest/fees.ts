import { UserError } from '#core';
import { US_EQUITY_FEES, type FeeSchedule } from '#execution';

type Proportional = Extract<FeeSchedule, { kind: 'proportional' }>;

/** A schedule, or one that is billed in whole steps: `2bps to 0.01`. */
export function parseFees(text: string): FeeSchedule {
  const steps = /^(.+?)\s+to\s+([\d.]+)$/i.exec(text.trim());
  return steps ? { kind: 'rounded', step: amount(steps[2]!, text), of: scheduleOf(steps[1]!) } : scheduleOf(text);
}

/**
 * `none`, `5bps`, `2/5bps` (maker/taker), `0.1%`, `1+0.1%` (fixed plus part), `0.005/share` (at least 1, at most 1 %, unless `min=` and
 * `max=` follow: `0.005/share:min=0.35:max=0.5%`), `us-equity`. Several, with commas, are added up: `0.005/share,us-equity`; with `@` they
 * are tiers by what was traded so far: `10/20bps,8/15bps@1000000`.
 */
function scheduleOf(text: string): FeeSchedule {
  const given = text.trim().toLowerCase().replaceAll(' ', '').split(',');
  const tiered = given.some((part) => part.includes('@'));
  const inTiers = (part: string): boolean => tiered && /bps?(@|$)/.test(part);
  const parts = given.filter((part) => !inTiers(part)).map((part) => parsePart(part, text));
  if (tiered) parts.unshift(tiersOf(given.filter(inTiers), text));
  return parts.length === 1 ? parts[0]! : { kind: 'sum', of: parts };
}

function parsePart(given: string, text: string): FeeSchedule {
  if (given === 'none' || given === '0') return { kind: 'none' };
  if (given === 'us-equity') return US_EQUITY_FEES;
  const percent = /^(?:([\d.]+)\+)?([\d.]+)%$/.exec(given);
  if (percent) return { kind: 'fixed_plus', fixed: amount(percent[1] ?? '0', text), fraction: amount(percent[2]!, text) / 100 };
  const share = /^([\d.]+)\/share(?::min=([\d.]+))?(?::max=([\d.]+)%)?$/.exec(given);
  if (share) {
    const [, perShare, minimum = '1', most = '1'] = share;
    return {
      kind: 'per_share',
      perShare: amount(perShare!, text),
      minimum: amount(minimum, text),
      maximumFraction: amount(most, text) / 100,
    };
  }
  return proportional(given, text);
}

function proportional(given: string, text: string): Proportional {
  const bps = /^(?:([\d.]+)\/)?([\d.]+)bps?$/.exec(given);
  if (!bps) throw unreadable(text);
  return { kind: 'proportional', makerBps: amount(bps[1] ?? bps[2]!, text), takerBps: amount(bps[2]!, text) };
}

/** The first from nothing traded, the others from more and more. */
function tiersOf(given: readonly string[], text: string): FeeSchedule {
  const tiers = given.map((part) => {
    const [rates, from = '0'] = part.split('@');
    const { makerBps, takerBps } = proportional(rates!, text);
    return { from: amount(from, text), makerBps, takerBps };
  });
  if (tiers[0]?.from !== 0 || tiers.some(({ from }, at) => at > 0 && !(from > tiers[at - 1]!.from)))
    throw new UserError(`the fee tiers of "${text}" do not go up from nothing traded`, 'For example 10/20bps,8/15bps@1000000');
  return { kind: 'tiers', tiers };
}

function amount(digits: string, text: string): number {
  const value = Number(digits);
  if (digits === '' || !Number.isFinite(value)) throw unreadable(text);
  return value;
}

const unreadable = (text: string): UserError =>
  new UserError(
    `"${text}" is not a fee`,
    'Use none, 5bps, 2/5bps (maker/taker), 0.1%, 1+0.1% (fixed plus part), 0.005/share or us-equity; billed in whole cents: 5bps to 0.01.',
  );
