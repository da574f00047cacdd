/** The app's Home tab of the acting person. */

import { blockNode } from "./blocks.js";
import { keepingFocus, readState } from "./controls.js";
import { el, fill } from "./dom.js";
import { reconcile } from "./keyed.js";
import { conversation, now, watch } from "./store.js";

const page = document.getElementById("home");

export function startHome() {
  watch(["home", "place", "conversations"], show);
}

function show() {
  page.hidden = conversation()?.kind !== "app_home";
  if (page.hidden) return;
  const blocks = now.home?.blocks;
  if (!blocks) {
    const text = now.home ? "The bot has not put anything here yet." : "Opening…";
    fill(page, el("p", { class: "quiet" }, text));
    return;
  }
  let body = page.querySelector(":scope > .home-body");
  if (!body) {
    body = el("div", { class: "home-body", data: { surface: "home" } });
    fill(page, body);
  }
  const surface = { where: { kind: "home" }, kept: readState(body) };
  keepingFocus(body, () => {
    reconcile(body, blocks, {
      key: (block, index) => block.block_id ?? `#${index}`,
      print: (block) => JSON.stringify([now.as, block]),
      build: (block) => blockNode(block, surface),
    });
  }, page);
}
