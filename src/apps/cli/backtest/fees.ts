import { UserError } from '#core';
import { US_EQUITY_FEES, type FeeSchedule } from '#execution';

/** A schedule, or one that is billed in whole steps: `2bps to 0.01`. */
export function parseFees(text: string): FeeSchedule {
  const steps = /^(.+?)\s+to\s+([\d.]+)$/i.exec(text.trim());
  return steps ? { kind: 'rounded', step: amount(steps[2]!, text), of: scheduleOf(steps[1]!) } : scheduleOf(text);
}

/** `none`, `5bps`, `2/5bps` (maker/taker), `0.1%`, `1+0.1%` (fixed plus part), `0.005/share` (at least 1, at most 1 %), `us-equity`. */
function scheduleOf(text: string): FeeSchedule {
  const given = text.trim().toLowerCase().replaceAll(' ', '');
  if (given === 'none' || given === '0') return { kind: 'none' };
  if (given === 'us-equity') return US_EQUITY_FEES;
  const bps = /^(?:([\d.]+)\/)?([\d.]+)bps?$/.exec(given);
  if (bps) return { kind: 'proportional', makerBps: amount(bps[1] ?? bps[2]!, text), takerBps: amount(bps[2]!, text) };
  const percent = /^(?:([\d.]+)\+)?([\d.]+)%$/.exec(given);
  if (percent) return { kind: 'fixed_plus', fixed: amount(percent[1] ?? '0', text), fraction: amount(percent[2]!, text) / 100 };
  const share = /^([\d.]+)\/share$/.exec(given);
  if (share) return { kind: 'per_share', perShare: amount(share[1]!, text), minimum: 1, maximumFraction: 0.01 };
  throw unreadable(text);
}

function amount(digits: string, text: string): number {
  const value = Number(digits);
  if (!Number.isFinite(value)) throw unreadable(text);
  return value;
}

const unreadable = (text: string): UserError =>
  new UserError(
    `"${text}" is not a fee`,
    'Use none, 5bps, 2/5bps (maker/taker), 0.1%, 1+0.1% (fixed plus part), 0.005/share or us-equity; billed in whole cents: 5bps to 0.01.',
  );
