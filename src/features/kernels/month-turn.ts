import { DAY_MS, HOUR_MS } from '#core';
import { venueCalendar, type VenueCalendar, type VenueHours } from '#domain';
import type { Kernel } from '../kernel.ts';

/** Calendars by the number that stands for them in an expression. */
export const CALENDARS: readonly VenueHours[] = ['us_equity', 'always'];

/**
 * Where a bar's trading day stands about the turn of the month: −1 is the month's last trading day, −2 the one before it; 1 is the
 * first, 2 the second; 0 farther from the turn than `reach` days. Input: start of the bar.
 * Days to come are counted by the venue's own rules, never by later bars, and a day that was closed without notice still counts
 * among them: nobody knew. A bar that starts at 00:00 UTC is a daily bar under its date; any other belongs to the venue's local
 * day. What trades while the venue is shut belongs to the day that opens next.
 */
export class MonthTurnKernel implements Kernel {
  readonly #calendar: VenueCalendar;
  readonly reach: number;
  /** The UTC hour of the last bar, and half an hour on for any but a midnight: no local day begins within. */
  hour = Number.NaN;
  date = Number.NaN;
  place = Number.NaN;
  constructor(calendar: number, reach: number) {
    this.#calendar = venueCalendar(CALENDARS[calendar]!);
    this.reach = reach;
  }
  run(inputs: readonly Float64Array[], outputs: readonly Float64Array[], count: number): void {
    const [time, out] = [inputs[0]!, outputs[0]!];
    for (let i = 0; i < count; i++) {
      const start = time[i]!;
      const midnight = Math.floor(start / DAY_MS) * DAY_MS === start;
      const hour = Math.floor(start / HOUR_MS) + (midnight ? 0 : 0.5);
      if (hour !== this.hour) {
        this.hour = hour;
        this.#move(Math.abs(start) <= 8e15 ? (midnight ? start : this.#calendar.dateOf(start)) : Number.NaN);
      }
      out[i] = this.place;
    }
  }

  #move(date: number): void {
    if (date === this.date) return;
    this.date = date;
    this.place = Number.isNaN(date) ? date : this.#placeOf(date);
  }

  #placeOf(date: number): number {
    let day = date;
    while (!this.#calendar.isPlanned(day)) day += DAY_MS;
    const before = this.#daysUntilOtherMonth(day, -DAY_MS, (other) => this.#calendar.session(other) !== undefined);
    if (before < this.reach) return before + 1;
    const after = this.#daysUntilOtherMonth(day, DAY_MS, (other) => this.#calendar.isPlanned(other));
    return after < this.reach ? -1 - after : 0;
  }

  /** Trading days between a day and the month before or after, at most `reach`. */
  #daysUntilOtherMonth(day: number, step: number, trades: (date: number) => boolean): number {
    const month = new Date(day).getUTCMonth();
    let days = 0;
    for (let other = day + step; days < this.reach && new Date(other).getUTCMonth() === month; other += step) if (trades(other)) days++;
    return days;
  }
}
