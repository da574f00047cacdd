/** The bot's own log in a drawer beside the room, and what the bot did that Slack would not have allowed. */

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { names, now, set, watch } from "./store.js";
import { refresh } from "./sync.js";

const CLOSED = "cred.log-closed";
const BESIDE = matchMedia("(min-width: 1180px)");

const drawer = document.getElementById("drawer");
const list = el("ol", { class: "log-lines", tabindex: "0", "aria-label": "Log lines" });
const broken = el("div", { class: "violations" });
const close = el("button", { type: "button", class: "icon-button", "aria-label": "Close the log" }, icon("close"));

export function startLog() {
  close.addEventListener("click", () => {
    toggleLog();
    document.getElementById("log-button")?.focus();
  });
  const lead = el("p", { class: "quiet" }, "One line for each thing that happened. No secrets in it.");
  fill(drawer, el("header", {}, el("h2", {}, "The bot’s log"), close), broken, lead, list);
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && !BESIDE.matches && close.click());
  watch(["log", "workspace"], show);
  watch(["drawer"], () => (drawer.hidden = !now.drawer));
  BESIDE.addEventListener("change", fit);
  fit();
}

/** Open where there is room beside the conversation, unless it was closed; never over it unasked. */
function fit() {
  set({ drawer: BESIDE.matches && localStorage.getItem(CLOSED) === null });
}

export function toggleLog() {
  set({ drawer: !now.drawer });
  if (now.drawer) localStorage.removeItem(CLOSED);
  else localStorage.setItem(CLOSED, "yes");
  if (!now.drawer) return;
  refresh("log");
  close.focus();
}

function show() {
  const { lines = [], violations = [] } = now.log ?? {};
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  reconcile(list, lines, {
    key: (_line, index) => String(index),
    print: ({ at, text }) => JSON.stringify([at, withNames(text)]),
    build: ({ at, text }) => el("li", {}, el("time", {}, timeOf(at)), el("span", {}, withNames(text))),
  });
  if (atEnd) list.scrollTop = list.scrollHeight;
  const rows = violations.map(({ method, message }) => el("li", {}, el("code", {}, method), " ", message));
  fill(broken, rows.length > 0 && [el("h3", {}, icon("alert"), "Slack would have refused this"), el("ul", {}, rows)]);
}

/** A person's ID is for programs; whoever reads the log here wants the name. */
function withNames(text) {
  const { people } = names();
  return text.replace(/\b[UW][A-Z0-9]{8,}\b/g, (id) => people.get(id) ?? id);
}

/** The time of a line, given in seconds since 1970 or as ISO 8601. */
function timeOf(at) {
  const moment = new Date(typeof at === "number" ? at * 1000 : at);
  if (Number.isNaN(moment.getTime())) return String(at);
  return moment.toLocaleTimeString(document.documentElement.lang, { hour12: false });
}
