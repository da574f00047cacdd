/** Choosing among options: menus, people, radio buttons, checkboxes. All are the browser's own controls. */

import { act } from "./act.js";
import { control } from "./controls.js";
import { el, uniqueId } from "./dom.js";
import { plainText, textOf } from "./text.js";
import { now } from "./store.js";

export function staticSelect(element, slot) {
  const groups = element.option_groups?.map(({ label, options }) =>
    el("optgroup", { label: plainText(label) }, options.map(optionOf)),
  );
  const initial = element.initial_option?.value ?? null;
  return select(element, slot, groups ?? element.options.map(optionOf), initial);
}

export function usersSelect(element, slot) {
  const label = ({ name, outsider }) => (outsider ? `${name} (outside)` : name);
  const people = choosable().map((person) => el("option", { value: person.id }, label(person)));
  return select(element, slot, people, element.initial_user ?? null);
}

function choosable() {
  return now.workspace.people.filter(({ active }) => active);
}

function optionOf({ text, value }) {
  return el("option", { value }, plainText(text));
}

function select(element, slot, options, initial) {
  const empty = el("option", { value: "" }, element.placeholder ? plainText(element.placeholder) : "Choose…");
  const node = el("select", { id: slot.inputId, ...slot.aria }, empty, options);
  const offered = new Set([...node.options].map(({ value }) => value));
  const kept = slot.kept(element.action_id);
  node.value = offered.has(kept) ? kept : (initial ?? "");
  let last = node.value;
  node.addEventListener("change", async () => {
    if (!slot.dispatch) return;
    if (await act(slot, element, node, node.value || null)) last = node.value;
    else node.value = last;
  });
  const read = () => node.value || null;
  return el("span", { class: "select" }, control(node, { blockId: slot.blockId, element, read }));
}

export function radioButtons(element, slot) {
  return group("radio", element, slot, {
    options: element.options.map(described),
    initial: element.initial_option ? [element.initial_option.value] : [],
  });
}

export function checkboxes(element, slot) {
  return group("checkbox", element, slot, {
    options: element.options.map(described),
    initial: (element.initial_options ?? []).map(({ value }) => value),
  });
}

export function multiSelect(element, slot) {
  const options = element.options ?? element.option_groups.flatMap((each) => each.options);
  const initial = (element.initial_options ?? []).map(({ value }) => value);
  return group("checkbox", element, slot, { options: options.map(described), initial });
}

export function multiUsersSelect(element, slot) {
  const options = choosable().map(({ id, name, title }) => ({ value: id, label: [name], description: [title] }));
  return group("checkbox", element, slot, { options, initial: element.initial_users ?? [] });
}

function described({ text, value, description }) {
  return { value, label: textOf(text), description: description && textOf(description) };
}

function group(type, element, slot, { options, initial }) {
  const kept = slot.kept(element.action_id);
  const chosen = kept === undefined || kept === null ? initial : [kept].flat();
  const name = uniqueId("choice");
  const rows = options.map((option) => choice({ type, name, option, checked: chosen.includes(option.value) }));
  const node = el("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", ...slot.aria }, rows);
  const inputs = () => [...node.querySelectorAll("input")].filter(({ checked }) => checked);
  const values = () => inputs().map(({ value }) => value);
  const read = type === "radio" ? () => values()[0] ?? null : values;
  let last = values();
  node.addEventListener("change", async () => {
    if (!slot.dispatch) return;
    if (await act(slot, element, node, read())) last = values();
    else for (const input of node.querySelectorAll("input")) input.checked = last.includes(input.value);
  });
  return control(node, { blockId: slot.blockId, element, read });
}

function choice({ type, name, option, checked }) {
  const description = option.description && el("small", { id: uniqueId("about") }, option.description);
  const input = el("input", { type, name, value: option.value, "aria-describedby": description?.id });
  input.checked = checked;
  const words = el("span", { class: "choice-name" }, option.label);
  return el("label", { class: "choice" }, input, el("span", {}, words, description));
}
