/**
 * The messages of the open conversation, oldest first, updated in place. Whoever reads at the bottom stays there; whoever
 * has scrolled up is not moved, and is told that there is more below.
 */

import { keepingFocus } from "./controls.js";
import { dayName } from "./dates.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { messageNode } from "./message.js";
import { conversation, now, watch } from "./store.js";

const NEAR_PX = 80;
const SAME_BREATH_S = 300;

const list = document.getElementById("messages");
const scroll = document.getElementById("scroll");
const jump = document.getElementById("jump");
const openThreads = new Set();
let shownIn = null;
let newest = null;
let sticky = true;

export function startMessages() {
  watch(["messages", "place", "as"], show);
  fill(jump, icon("down"), "New messages");
  jump.addEventListener("click", toBottom);
  scroll.addEventListener("scroll", () => atBottom() && (jump.hidden = true), { passive: true });
  new ResizeObserver(() => sticky && toBottom()).observe(scroll);
  scroll.addEventListener("scroll", () => (sticky = atBottom()), { passive: true });
}

function atBottom() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
}

function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  jump.hidden = true;
}

function show() {
  const open = conversation();
  list.hidden = !open || open.kind === "app_home";
  const messages = list.hidden ? [] : (now.messages ?? []);
  const here = `${now.as}/${now.place}`;
  const arrived = here !== shownIn;
  const wasAtBottom = arrived || atBottom();
  list.setAttribute("aria-busy", String(!list.hidden && now.messages === null));
  keepingFocus(list, () => reconcile(list, rows(messages), how(open)), scroll);
  const last = messages.at(-1)?.ts ?? null;
  if (wasAtBottom) toBottom();
  else if (last !== newest) jump.hidden = false;
  newest = last;
  if (now.messages !== null) shownIn = here;
  if (now.pointed && now.messages !== null) pointAt(now.pointed);
}

/** Brings a message into sight and marks it for a moment. */
function pointAt(ts) {
  now.pointed = null;
  const node = list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  if (!node) return;
  sticky = false;
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  node.classList.add("pointed");
  node.addEventListener("animationend", () => node.classList.remove("pointed"), { once: true });
}

/** Messages with a heading before the first of each day. */
function rows(messages) {
  const all = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const day = dayName(message.ts);
    const newDay = !before || dayName(before.ts) !== day;
    if (newDay) all.push({ day });
    all.push({ message, follows: !newDay && followsOn(before, message) });
  });
  return all;
}

function followsOn(before, message) {
  const close = Number(message.ts) - Number(before.ts) < SAME_BREATH_S;
  const plain = !before.ephemeral && !message.ephemeral && !message.edited && !before.reply_count;
  return close && plain && before.user === message.user && before.bot === message.bot;
}

function how(open) {
  return {
    key: ({ day, message }) => `${now.as}/${open?.id}/${day ?? `${message.ephemeral ? "e" : "m"}${message.ts}`}`,
    print: (row) => JSON.stringify([row, openThreads.has(row.message?.ts)]),
    build: (row, _index, old) => (row.day ? dayNode(row.day) : messageNode(row.message, places(row, open, old))),
  };
}

function dayNode(day) {
  return el("h2", { class: "day" }, el("span", {}, day));
}

function places({ message, follows }, open, old) {
  const { ts } = message;
  const toggle = () => {
    if (!openThreads.delete(ts)) openThreads.add(ts);
    show();
    list.querySelector(`[data-ts="${CSS.escape(ts)}"] .thread-toggle`)?.focus();
  };
  return { channel: open.id, follows, open: openThreads.has(ts), toggle, old };
}
