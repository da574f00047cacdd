/** The message box: commands and plain text, history on the arrow keys, and what to type first. */

import { Refused, sendCommand, sendMessage } from "./api.js";
import { el, fill } from "./dom.js";
import { History } from "./history.js";
import { icon } from "./icons.js";
import { shortcutButtons } from "./shortcuts.js";
import { actor, conversation, now, watch } from "./store.js";
import { refresh } from "./sync.js";
import { mrkdwn } from "./text.js";
import { say } from "./toast.js";

const HINT_CLOSED = "cred.hint-closed";

const holder = document.getElementById("composer");
const history = new History();
const drafts = new Map();

const hint = el("div", { class: "first-hint", role: "note", "aria-label": "What to type first" });
const box = el("textarea", {
  id: "message-box",
  rows: "1",
  autocomplete: "off",
  spellcheck: "false",
  maxlength: "4000",
});
const send = el("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
const form = el("form", { class: "message-form" }, box, send);
const shortcuts = el("div", { class: "shortcuts" });
const closed = el("p", { class: "quiet closed" });
let draftOf = null;

export function startComposer() {
  holder.append(hint, form, shortcuts, closed);
  form.addEventListener("submit", submit);
  box.addEventListener("keydown", onKey);
  box.addEventListener("input", () => history.reset());
  watch(["workspace", "as", "place", "conversations", "messages"], show);
}

function show() {
  const person = actor();
  const place = conversation();
  holder.hidden = !place || place.kind === "app_home";
  if (holder.hidden || !person) return;
  keepDraft(`${person.id}/${place.id}`);
  const where = place.kind === "channel" ? `#${place.name}` : "Cred";
  box.setAttribute("aria-label", `Message to ${where} as ${person.name}`);
  box.placeholder = `Message ${where} as ${person.name}`;
  form.hidden = place.member === false;
  closed.hidden = !form.hidden;
  shortcuts.hidden = form.hidden;
  if (!shortcuts.childElementCount) fill(shortcuts, shortcutButtons());
  closed.textContent = `${person.name} is not a member of #${place.name} and can only read it.`;
  showHint(person, place);
}

function keepDraft(key) {
  if (key === draftOf) return;
  if (draftOf) drafts.set(draftOf, box.value);
  box.value = drafts.get(key) ?? "";
  draftOf = key;
  history.reset();
}

/** The workspace tells its first person what to type, in the place where the bot answers, until it has. */
function showHint(person, place) {
  const lines = person.id === now.workspace.people[0].id ? (now.workspace.hint ?? []) : [];
  const fresh = place.kind === "dm" && now.messages?.length === 0;
  hint.hidden = lines.length === 0 || !fresh || sessionStorage.getItem(HINT_CLOSED) !== null;
  if (hint.hidden || hint.childElementCount) return;
  const close = el("button", { type: "button", class: "icon-button", "aria-label": "Hide this hint" }, icon("close"));
  close.addEventListener("click", () => {
    sessionStorage.setItem(HINT_CLOSED, "yes");
    show();
    box.focus();
  });
  fill(hint, icon("bulb"), el("div", {}, lines.map((line) => el("p", {}, mrkdwn(line)))), close);
  for (const code of hint.querySelectorAll("code")) code.replaceWith(example(code.textContent));
}

/** A command named in the hint is a button that puts it into the box. */
function example(text) {
  if (!text.startsWith("/")) return el("code", {}, text);
  const put = () => {
    box.value = text;
    box.focus();
  };
  const label = `Put ${text} into the message box`;
  return el("button", { type: "button", class: "example", "aria-label": label, on: { click: put } }, text);
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
  const firstLine = !box.value.slice(0, box.selectionStart).includes("\n");
  const lastLine = !box.value.slice(box.selectionEnd).includes("\n");
  if (event.key === "ArrowUp" && firstLine) recall(event, history.older(now.as, box.value));
  if (event.key === "ArrowDown" && lastLine) recall(event, history.newer(now.as));
}

function recall(event, line) {
  if (line === null) return;
  event.preventDefault();
  box.value = line;
  box.setSelectionRange(line.length, line.length);
}

async function submit(event) {
  event.preventDefault();
  const text = box.value.trim();
  if (text === "" || form.getAttribute("aria-busy") === "true") return;
  const { as, place } = now;
  history.push(as, text);
  form.setAttribute("aria-busy", "true");
  try {
    await (text.startsWith("/") ? sendCommand : sendMessage)(as, place, text);
    if (box.value.trim() === text) box.value = "";
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    say(refusal.message, "problem");
  } finally {
    form.removeAttribute("aria-busy");
  }
  refresh("view", "messages", "conversations");
}
