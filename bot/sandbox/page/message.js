/** One message: who, when, its blocks or its text, whether it is only for one person's eyes, and its thread. */

import { avatar } from "./avatar.js";
import { blockNode } from "./blocks.js";
import { readState } from "./controls.js";
import { clock, fullText } from "./dates.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { shortcutButtons } from "./shortcuts.js";
import { now } from "./store.js";
import { mrkdwn } from "./text.js";

/**
 * @param {Object} message as the sandbox gives it
 * @param {{channel: string, follows: boolean, open: boolean, toggle: () => void, old?: Element}} how
 *   `follows`: the same person has just spoken; `open`, `toggle`: its thread; `old`: the node this one replaces
 */
export function messageNode(message, how) {
  const kind = ["message", how.follows && "follows", message.ephemeral && "ephemeral", message.bot && "by-bot"];
  return el(
    "article",
    { class: kind.filter(Boolean).join(" "), tabindex: "-1", data: { ts: message.ts }, "aria-label": labelOf(message) },
    how.follows ? el("span", { class: "gutter", "aria-hidden": "true" }, clock(message.ts)) : face(message),
    el(
      "div",
      { class: "message-main" },
      !how.follows && byline(message),
      message.ephemeral && el("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
      body(message, how),
      replies(message, how),
    ),
    !message.bot &&
      !message.deleted &&
      el("div", { class: "shortcuts" }, shortcutButtons({ channel: how.channel, ts: message.ts })),
  );
}

function labelOf({ name, ts, ephemeral }) {
  return `${name}, ${clock(ts)}${ephemeral ? ", only visible to you" : ""}`;
}

function face({ user, name, bot }) {
  const person = now.workspace?.people.find(({ id }) => id === user);
  return avatar({ id: user, name, bot, outsider: person?.outsider });
}

function byline({ name, bot, ts, edited }) {
  return el(
    "header",
    {},
    el("b", {}, name),
    bot && el("span", { class: "badge" }, "App"),
    el("time", { title: fullText(Number(ts)) }, clock(ts)),
    edited && el("small", { class: "edited" }, "edited"),
  );
}

function body(message, { channel, old }) {
  if (message.deleted) return el("p", { class: "quiet" }, "This message was deleted.");
  if (!message.blocks?.length) return el("div", { class: "text plain" }, mrkdwn(message.text ?? ""));
  const before = old?.querySelector(`[data-surface="${CSS.escape(message.ts)}"]`);
  const surface = {
    where: { kind: message.ephemeral ? "ephemeral" : "message", channel, ts: message.ts },
    kept: before ? readState(before) : {},
  };
  const blocks = message.blocks.map((block) => blockNode(block, surface));
  return el("div", { class: "card", data: { surface: message.ts } }, blocks);
}

function replies(message, { channel, open, toggle, old }) {
  const thread = message.replies ?? [];
  const count = message.reply_count ?? thread.length;
  if (!count) return null;
  const label = count === 1 ? "1 reply" : `${count} replies`;
  const opener = el(
    "button",
    { type: "button", class: "thread-toggle", "aria-expanded": String(open), on: { click: toggle } },
    icon("reply"),
    open ? `Hide ${label}` : label,
  );
  const shown = thread.map((reply) => messageNode(reply, { channel, follows: false, open: false, toggle: null, old }));
  return el("div", { class: "thread" }, opener, open && el("div", { class: "replies" }, shown));
}
