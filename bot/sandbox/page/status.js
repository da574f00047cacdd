/** The right end of the bar: whether the bot is there, how it is connected, and the way to its log. */

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { toggleLog } from "./log.js";
import { now, watch } from "./store.js";

const MODES = { socket: "Socket Mode", http: "HTTP" };

const status = document.getElementById("status");
const pill = el("span", { class: "pill", role: "status" });
const count = el("span", { class: "count" });
const log = el(
  "button",
  { type: "button", id: "log-button", class: "bar-button", "aria-controls": "drawer" },
  icon("log"),
  el("span", {}, "Log"),
  count,
);

export function startStatus() {
  log.addEventListener("click", toggleLog);
  fill(status, pill, log);
  watch(["workspace", "live", "drawer"], show);
}

function show() {
  const { workspace, live, drawer } = now;
  log.setAttribute("aria-expanded", String(drawer));
  if (!workspace) return;
  document.getElementById("team").textContent = workspace.team.name;
  const [state, text] = stateOf(workspace, live);
  pill.dataset.state = state;
  if (pill.textContent !== text) pill.textContent = text;
  pill.title = `The bot is ${workspace.bot_connected ? "" : "not "}connected over ${MODES[workspace.mode] ?? workspace.mode}`;
  count.hidden = workspace.violations === 0;
  count.textContent = String(workspace.violations);
  log.title = workspace.violations ? `${workspace.violations} of Slack’s rules broken` : "";
}

function stateOf({ bot_connected: connected, mode }, live) {
  if (!live) return ["lost", "Sandbox lost"];
  return connected ? ["good", MODES[mode] ?? mode] : ["bad", "Bot not connected"];
}
