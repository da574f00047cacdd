/** Times as the reader's own zone and language have them. Source: Slack's documentation, "Date formatting". */

const DAY_MS = 86_400_000;

const FORMATS = {
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

function formatted(moment, name) {
  return new Intl.DateTimeFormat(document.documentElement.lang, FORMATS[name]).format(moment);
}

/** Whole days from today to the moment's day, as the reader's calendar counts them. */
function daysAway(moment, today) {
  const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((day(moment) - day(today)) / DAY_MS);
}

function pretty(moment, name, today) {
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysAway(moment, today)];
  return near ?? formatted(moment, name);
}

/**
 * The text of a `<!date^…>` token, or its fallback if the token is not one of Slack's.
 * @param {{seconds: number, format: string, fallback: string}} token
 */
export function dateText({ seconds, format, fallback }, today = new Date()) {
  const moment = new Date(seconds * 1000);
  if (!Number.isFinite(moment.getTime())) return fallback;
  let known = true;
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name in FORMATS) return formatted(moment, name);
    if (name === "ago") return ago(moment, today);
    const base = name.replace(/_pretty$/, "");
    if (name.endsWith("_pretty") && base in FORMATS) return pretty(moment, base, today);
    known = false;
    return whole;
  });
  return known && text !== "" ? text : fallback;
}

function ago(moment, today) {
  const minutes = Math.round((moment - today) / 60_000);
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 1440) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / 1440), "day");
}

/** For a date at the beginning of a sentence: "Today". */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The whole moment, for the title of a shortened one. */
export function fullText(seconds) {
  const moment = new Date(seconds * 1000);
  if (!Number.isFinite(moment.getTime())) return "";
  return `${formatted(moment, "date_long")}, ${formatted(moment, "time_secs")}`;
}

/** The time of day of a message's `ts`. */
export function clock(ts) {
  return formatted(new Date(Number(ts) * 1000), "time");
}

/** The day a message's `ts` falls on, as a heading: "Today", "Yesterday", or the date. */
export function dayName(ts, today = new Date()) {
  return capital(pretty(new Date(Number(ts) * 1000), "date_long", today));
}
