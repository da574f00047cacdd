/**
 * The top of the acting person's modals. An update from the bot changes the blocks that changed and nothing a person
 * has typed; who goes to act as somebody else and comes back finds the form as it was left. The switcher of people and
 * the log stay in reach, so the rest of the room is inert rather than this a modal of the whole page.
 */

import { Refused, closeView, submitView } from "./api.js";
import { blockNode } from "./blocks.js";
import { focusError, missing, showErrors } from "./checks.js";
import { keepingFocus, readState } from "./controls.js";
import { el, fill, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { now, watch } from "./store.js";
import { refresh } from "./sync.js";
import { plainText } from "./text.js";
import { say } from "./toast.js";

const FIRST_FIELD = "input:not([type=radio]):not([type=checkbox]), textarea, select, input:checked, input";

const drafts = new Map();
const layer = document.getElementById("modal");
const room = document.getElementById("room");
let shown = null;
let opener = null;

export function startModal() {
  watch(["view"], show);
  layer.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown && !layer.querySelector(":popover-open")) close();
  });
}

function show() {
  const { view } = now;
  if (shown && shown.id !== view?.id) put();
  if (!view) return;
  if (!shown) build(view);
  else update(view, readState(shown.form));
}

/** Takes the shown view away and keeps what was typed in it. */
function put() {
  drafts.set(shown.id, readState(shown.form));
  shown = null;
  fill(layer);
  room.inert = false;
  const back = opener?.isConnected && opener !== document.body ? opener : document.getElementById("message-box");
  back.focus();
}

function build(view) {
  if (!layer.contains(document.activeElement)) opener = document.activeElement;
  const title = uniqueId("view-title");
  const body = el("div", { class: "view-body" });
  const form = el("form", { class: "view-form", novalidate: true, data: { surface: "view" } }, body);
  const head = el("header", {}, el("h2", { id: title }), iconButton("Close", close));
  const foot = el("footer");
  const dialog = el("section", { class: "view", role: "dialog", "aria-labelledby": title, tabindex: "-1" }, head, form);
  form.append(foot);
  form.addEventListener("submit", submit);
  form.addEventListener("input", ({ target }) => clearError(target));
  shown = { id: view.id, form, body, foot, dialog, title: head.firstChild };
  fill(layer, dialog);
  room.inert = true;
  update(view, drafts.get(view.id) ?? view.values);
  showErrors(form, now.viewErrors);
  focusFirst();
}

function focusFirst() {
  const { form, body, dialog } = shown;
  (form.querySelector("[autofocus]") ?? body.querySelector(FIRST_FIELD) ?? dialog).focus({ preventScroll: true });
}

function iconButton(label, press) {
  return el("button", { type: "button", class: "icon-button", "aria-label": label, on: { click: press } }, icon("close"));
}

function update(view, kept) {
  const surface = { where: { kind: "view", view_id: view.id }, kept };
  const { body, dialog, title } = shown;
  const inside = dialog.contains(document.activeElement);
  title.textContent = plainText(view.title);
  keepingFocus(body, () => {
    reconcile(body, view.blocks, {
      key: (block, index) => block.block_id ?? `#${index}`,
      print: (block) => JSON.stringify(block),
      build: (block) => blockNode(block, surface),
    });
  });
  showButtons(view);
  if (inside && !dialog.contains(document.activeElement)) focusFirst();
}

/** The buttons below. Other buttons mean another form in the place of the one before: it is read from its top. */
function showButtons(view) {
  const { body, foot } = shown;
  const labels = JSON.stringify([view.close, view.submit]);
  if (foot.dataset.labels === labels) return;
  foot.dataset.labels = labels;
  body.scrollTop = 0;
  const [closing, sending] = [view.close, view.submit].map((text) => text && plainText(text));
  const away = el("button", { type: "button", class: "button", on: { click: close } }, closing || "Close");
  const send = sending && el("button", { type: "submit", class: "button primary" }, sending);
  fill(foot, away, send);
}

function clearError(target) {
  const field = target.closest("[data-field]");
  if (field) showErrors(field.parentElement, without(currentErrors(), field.dataset.field));
}

function currentErrors() {
  const error = (field) => field.querySelector(":scope > .error").textContent;
  const fields = [...shown.form.querySelectorAll("[data-field]")];
  return Object.fromEntries(fields.map((field) => [field.dataset.field, error(field)]));
}

function without(errors, field) {
  return { ...errors, [field]: "" };
}

async function submit(event) {
  event.preventDefault();
  const { id, form, foot } = shown;
  if (foot.getAttribute("aria-busy") === "true") return;
  const state = readState(form);
  const lacking = missing(now.view.blocks, state);
  if (refused(form, lacking)) return;
  await busy(foot, async () => {
    const { errors } = await submitView(now.as, id, state);
    if (errors && !refused(form, errors)) say(Object.values(errors).join(" "), "problem");
    if (!errors) drafts.delete(id);
  });
  refresh("view", "messages", "home", "conversations");
}

function refused(form, errors) {
  const first = showErrors(form, errors);
  if (first) focusError(first);
  return first !== null;
}

async function close() {
  const { id, foot } = shown;
  await busy(foot, () => closeView(now.as, id));
  await refresh("view");
  drafts.delete(id);
}

async function busy(node, work) {
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    say(refusal.message, "problem");
  } finally {
    node.removeAttribute("aria-busy");
  }
}
