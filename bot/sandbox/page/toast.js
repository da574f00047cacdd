/** One short sentence in the corner, read out by screen readers, gone after a while. */

import { el } from "./dom.js";

const SHOWN_MS = 6000;

/** @param {"note"|"problem"} kind a problem interrupts a screen reader, a note waits */
export function say(sentence, kind = "note") {
  const corner = document.getElementById(kind === "problem" ? "problems" : "notes");
  const same = [...corner.children].find((shown) => shown.textContent === sentence);
  same?.remove();
  const toast = el("p", { class: `toast toast-${kind}` }, sentence);
  corner.append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}
