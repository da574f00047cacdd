/** The small picture of who speaks: initials in the person's own colour, the key for the bot. */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { now } from "./store.js";

const TINTS = 6;

/** The number of a person's colour: by their place in the workspace, so that neighbours differ. */
export function tintOf(id) {
  const index = (now.workspace?.people ?? []).findIndex((person) => person.id === id);
  return index < 0 ? "none" : String(index % TINTS);
}

export function avatar({ id, name, bot = false, outsider = false }) {
  if (bot) return el("span", { class: "avatar avatar-bot", "aria-hidden": "true" }, icon("key"));
  const initials = name.split(/\s+/).map((word) => word[0] ?? "").slice(0, 2).join("").toUpperCase();
  const shape = outsider ? "avatar avatar-outside" : "avatar";
  return el("span", { class: shape, "aria-hidden": "true", data: { tint: tintOf(id) } }, initials);
}
