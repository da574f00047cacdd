/** The app's shortcuts: buttons that start something from anywhere, or on one message. */

import { Refused, sendShortcut } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { now } from "./store.js";
import { refresh } from "./sync.js";
import { say } from "./toast.js";

/** @param {{channel: string, ts: string}} [message] where it is started; none: from anywhere */
export function shortcutButtons(message) {
  const kind = message ? "message" : "global";
  const offered = (now.workspace?.shortcuts ?? []).filter(({ type }) => type === kind);
  return offered.map((shortcut) =>
    el(
      "button",
      {
        type: "button",
        class: "shortcut",
        title: shortcut.description,
        on: { click: (event) => start(event.currentTarget, shortcut, message) },
      },
      icon("bolt"),
      shortcut.name,
    ),
  );
}

async function start(button, { callback_id: callbackId }, message) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await sendShortcut(now.as, callbackId, message);
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    say(refusal.message, "problem");
  } finally {
    button.removeAttribute("aria-busy");
  }
  refresh("view", "messages", "conversations");
}
