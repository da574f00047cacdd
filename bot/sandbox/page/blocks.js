/**
 * Layout blocks of Block Kit as elements. A surface is `{where, kept, live}`: what an action on it names as its place
 * and what has been typed there before. A block this page cannot show says so; it is never left out in silence.
 */

import { button, overflow } from "./buttons.js";
import { checkboxes, multiSelect, multiUsersSelect, radioButtons, staticSelect, usersSelect } from "./choices.js";
import { el, uniqueId } from "./dom.js";
import { datePicker, textInput } from "./fields.js";
import { richText } from "./richtext.js";
import { plainText, textOf } from "./text.js";

const ELEMENTS = {
  button,
  overflow,
  image: picture,
  static_select: staticSelect,
  users_select: usersSelect,
  multi_static_select: multiSelect,
  multi_users_select: multiUsersSelect,
  radio_buttons: radioButtons,
  checkboxes,
  datepicker: datePicker,
  plain_text_input: textInput,
};
const GROUPS = new Set(["radio_buttons", "checkboxes", "multi_static_select", "multi_users_select"]);

const BLOCKS = {
  header: (block) => el("h3", { class: "header" }, textOf(block.text)),
  divider: () => el("hr"),
  rich_text: richText,
  section,
  context,
  actions,
  input,
  image: (block) => el("figure", {}, block.title && el("figcaption", {}, textOf(block.title)), picture(block)),
};

/** @param {{where: Object, kept?: Object}} surface @returns {Element} */
export function blockNode(block, surface) {
  const build = BLOCKS[block.type] ?? unknown;
  const node = build(block, surface);
  node.classList.add("block", `block-${block.type}`);
  return node;
}

function unknown({ type }) {
  return el("p", { class: "unknown" }, `This page cannot show “${type}”.`);
}

/** What an element needs to know of where it stands. */
function slotOf(block, surface, { dispatch, aria, inputId = uniqueId("input") }) {
  const kept = (actionId) => surface.kept?.[block.block_id]?.[actionId];
  return { surface, blockId: block.block_id, dispatch, aria, inputId, kept };
}

function elementNode(element, slot) {
  return (ELEMENTS[element.type] ?? unknown)(element, slot);
}

function section(block, surface) {
  const textId = uniqueId("section");
  const aria = block.text ? { "aria-labelledby": textId } : {};
  const accessory =
    block.accessory && elementNode(block.accessory, slotOf(block, surface, { dispatch: true, aria }));
  return el(
    "div",
    { class: accessory ? "with-accessory" : null },
    el(
      "div",
      { class: "section-body" },
      block.text && el("div", { id: textId, class: "text" }, textOf(block.text)),
      block.fields && el("div", { class: "fields" }, block.fields.map((field) => el("div", {}, textOf(field)))),
    ),
    accessory && el("div", { class: "accessory" }, accessory),
  );
}

function context(block) {
  const parts = block.elements.map((element) =>
    element.type === "image" ? picture(element) : el("span", {}, textOf(element)),
  );
  return el("div", {}, parts);
}

function actions(block, surface) {
  const nodes = block.elements.map((element) => {
    const aria = { "aria-label": element.placeholder ? plainText(element.placeholder) : null };
    return elementNode(element, slotOf(block, surface, { dispatch: true, aria }));
  });
  return el("div", {}, nodes);
}

function input(block, surface) {
  const [label, hint, error, inputId] = ["label", "hint", "error", "input"].map(uniqueId);
  const isGroup = GROUPS.has(block.element.type);
  const aria = {
    "aria-describedby": block.hint ? `${error} ${hint}` : error,
    "aria-labelledby": isGroup ? label : null,
    "aria-required": !isGroup && !block.optional ? "true" : null,
  };
  const slot = slotOf(block, surface, { dispatch: block.dispatch_action === true, aria, inputId });
  return el(
    "div",
    { data: { field: block.block_id } },
    el(
      isGroup ? "span" : "label",
      { id: label, class: "label", for: isGroup ? null : inputId },
      plainText(block.label),
      block.optional && el("span", { class: "optional" }, " (optional)"),
    ),
    elementNode(block.element, slot),
    el("p", { id: error, class: "error", hidden: true }),
    block.hint && el("p", { id: hint, class: "hint" }, plainText(block.hint)),
  );
}

/** A picture of this origin; one from elsewhere would tell that host who reads what, so its description stands there. */
function picture({ image_url: address = "", alt_text: alternative }) {
  const own = address.startsWith("/") || address.startsWith("data:image/");
  if (own) return el("img", { src: address, alt: alternative });
  return el("span", { class: "picture", role: "img", "aria-label": alternative }, alternative);
}
