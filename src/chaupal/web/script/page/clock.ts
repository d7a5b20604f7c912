// "5 min ago" stays true while a page is open. The same thresholds as the server's (Babel's format_timedelta).
import { language, say } from "./words.ts";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
const TURN = 0.85; // of a unit: from there on it is the larger one
const LONG_AGO = 7 * 86_400; // the day says more, and does not change

const spans = new Intl.RelativeTimeFormat(`${language}-IN-u-nu-latn`, { numeric: "always", style: language === "en" ? "short" : "long" });

export function ago(seconds: number): string {
  if (seconds < 45) return say("now");
  for (const [unit, size] of UNITS) if (seconds >= size * TURN) return spans.format(-Math.max(1, Math.round(seconds / size)), unit);
  return say("now");
}

function refresh(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    if (seconds >= 0 && seconds < LONG_AGO) {
      const text = ago(seconds);
      if (time.textContent !== text) time.textContent = text;
    }
  }
}

export function keepTime(): void {
  window.setInterval(refresh, 30_000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
