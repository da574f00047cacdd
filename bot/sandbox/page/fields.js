/** Typing: text on one line or several, and dates. */

import { act } from "./act.js";
import { control } from "./controls.js";
import { el } from "./dom.js";
import { plainText } from "./text.js";

const TYPING_PAUSE_MS = 400;
const COUNT_FROM = 0.8; // of the most that fits: from there on a person wants to see how much is left

export function textInput(element, slot) {
  const tag = element.multiline ? "textarea" : "input";
  const node = el(tag, {
    id: slot.inputId,
    type: element.multiline ? null : "text",
    rows: element.multiline ? 3 : null,
    placeholder: element.placeholder && plainText(element.placeholder),
    maxlength: element.max_length ?? 3000,
    minlength: element.min_length,
    autocomplete: "off",
    autofocus: element.focus_on_load,
    ...slot.aria,
  });
  node.value = slot.kept(element.action_id) ?? element.initial_value ?? "";
  const read = () => (node.value === "" ? null : node.value);
  if (slot.dispatch) dispatchTyping(element, slot, node, read);
  control(node, { blockId: slot.blockId, element, read });
  return el("span", { class: "text-input" }, node, element.max_length && counter(node, element.max_length));
}

function dispatchTyping(element, slot, node, read) {
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  if (when.includes("on_enter_pressed")) {
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      act(slot, element, node, read());
    });
  }
  if (!when.includes("on_character_entered")) return;
  let pause = null;
  node.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => node.isConnected && act(slot, element, node, read()), TYPING_PAUSE_MS);
  });
}

function counter(node, most) {
  const left = el("small", { class: "counter", "aria-live": "polite" });
  const show = () => {
    left.textContent = node.value.length >= most * COUNT_FROM ? `${most - node.value.length} left` : "";
  };
  node.addEventListener("input", show);
  show();
  return left;
}

export function datePicker(element, slot) {
  const node = el("input", { id: slot.inputId, type: "date", ...slot.aria });
  node.value = slot.kept(element.action_id) ?? element.initial_date ?? "";
  const read = () => node.value || null;
  node.addEventListener("change", () => slot.dispatch && act(slot, element, node, read()));
  return control(node, { blockId: slot.blockId, element, read });
}
