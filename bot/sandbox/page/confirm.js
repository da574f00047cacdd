/** The question before something that matters: Slack's confirmation dialog, with the safe answer focused. */

import { el, fill, uniqueId } from "./dom.js";
import { textOf } from "./text.js";

/**
 * Asks and waits. Escape is a no.
 * @param {{title, text, confirm, deny, style?: string}} question a confirmation object of Block Kit
 * @returns {Promise<boolean>}
 */
export function confirmed(question) {
  const title = uniqueId("confirm-title");
  const text = uniqueId("confirm-text");
  const named = { role: "alertdialog", "aria-labelledby": title, "aria-describedby": text };
  const dialog = el("dialog", { class: "confirm", ...named });
  const style = question.style === "danger" ? "button danger" : "button primary";
  const answer = (value) => ({ click: () => dialog.close(value) });
  fill(
    dialog,
    el("h2", { id: title }, textOf(question.title)),
    el("div", { id: text, class: "confirm-text" }, textOf(question.text)),
    el(
      "footer",
      {},
      el("button", { type: "button", class: "button", autofocus: true, on: answer("no") }, textOf(question.deny)),
      el("button", { type: "button", class: style, on: answer("yes") }, textOf(question.confirm)),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
