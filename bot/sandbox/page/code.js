/** A block of code with a button that copies it: how a secret or a `curl` line leaves the page. */

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./toast.js";

const COPIED_MS = 2000;

export function codeBlock(text) {
  const code = el("code", {}, text);
  const copy = el("button", { type: "button", class: "copy", "aria-label": "Copy this text" });
  const rest = () => fill(copy, icon("copy"), el("span", {}, "Copy"));
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(code);
      say("The browser keeps the clipboard closed: the text is selected, copy it with the keyboard.");
      return;
    }
    say("Copied.");
    fill(copy, icon("check"), el("span", {}, "Copied"));
    setTimeout(rest, COPIED_MS);
  });
  rest();
  return el("div", { class: "code-block" }, el("pre", {}, code), copy);
}
