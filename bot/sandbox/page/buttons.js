/** Buttons and overflow menus. */

import { act } from "./act.js";
import { control } from "./controls.js";
import { el, fill, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { visit } from "./links.js";
import { textOf } from "./text.js";

const MENU_GAP_PX = 4;
const MARGIN_PX = 8;

export function button(element, slot) {
  const style = element.style ? `button ${element.style}` : "button";
  const node = el(
    "button",
    { type: "button", class: style, "aria-label": element.accessibility_label },
    el("span", {}, textOf(element.text)),
  );
  node.addEventListener("click", () => {
    if (element.url) visit(element.url);
    act(slot, element, node, null);
  });
  return control(node, { blockId: slot.blockId, element });
}

/** The "…" menu: opens below its button, arrows move in it, Escape and a click elsewhere close it. */
export function overflow(element, slot) {
  const id = uniqueId("menu");
  const opener = el(
    "button",
    { type: "button", class: "button more", "aria-label": "More actions", "aria-haspopup": "menu", popovertarget: id },
    icon("more"),
  );
  const menu = el("div", { id, class: "menu", role: "menu", popover: true });
  const items = element.options.map((option) => menuItem(option, () => choose(option)));
  const choose = (option) => {
    menu.hidePopover();
    opener.focus();
    if (option.url) visit(option.url);
    act(slot, element, opener, option.value);
  };
  fill(menu, items);
  menu.addEventListener("keydown", (event) => move(event, items));
  menu.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "open") return;
    placeBelow(menu, opener);
    items[0].focus();
  });
  const node = el("span", { class: "overflow" }, opener, menu);
  return control(node, { blockId: slot.blockId, element });
}

function menuItem(option, choose) {
  const description = option.description && el("small", {}, textOf(option.description));
  return el("button", { type: "button", role: "menuitem", on: { click: choose } }, textOf(option.text), description);
}

function move(event, items) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const here = items.indexOf(document.activeElement);
  items[(here + step + items.length) % items.length].focus();
}

function placeBelow(menu, opener) {
  const { left, bottom, top } = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = bottom + MENU_GAP_PX;
  const fits = below + height < innerHeight - MARGIN_PX;
  menu.style.left = `${Math.max(MARGIN_PX, Math.min(left, innerWidth - width - MARGIN_PX))}px`;
  menu.style.top = `${fits ? below : top - height - MENU_GAP_PX}px`;
}
