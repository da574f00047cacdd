/** The list of the acting person's conversations, with what is unread, and who that person is. */

import { avatar } from "./avatar.js";
import { el, fill } from "./dom.js";
import { openPlace } from "./go.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { actor, now, set, watch } from "./store.js";
import { mrkdwn } from "./text.js";

const KINDS = [
  ["dm", "Cred"],
  ["channel", "Channels"],
];
const ICONS = { app_home: "home", dm: "key", channel: "hash" };

const panel = document.getElementById("places");

export function startPlaces() {
  watch(["workspace", "as"], showWho);
  watch(["conversations", "place"], show);
  watch(["sheet"], showSheet);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && set({ sheet: false }));
  panel.addEventListener("click", ({ target }) => target === panel && set({ sheet: false }));
}

/** On a narrow screen the list is a sheet over the room, which is then out of reach. */
function showSheet() {
  const had = panel.contains(document.activeElement);
  const opening = now.sheet && !document.body.classList.contains("places-open");
  document.body.classList.toggle("places-open", now.sheet);
  document.getElementById("main").inert = now.sheet;
  if (opening) (panel.querySelector("[aria-current]") ?? panel.querySelector("button"))?.focus();
  else if (had && !panel.checkVisibility({ visibilityProperty: true })) document.querySelector("#title button").focus();
}

const who = el("div", { class: "who" });
const lists = el("div", { class: "lists" });
panel.append(el("div", { class: "sheet" }, lists, who));

function showWho() {
  const person = actor();
  if (!person) return;
  const hint = person.hint && el("p", {}, mrkdwn(person.hint));
  fill(who, avatar(person), el("div", {}, el("b", {}, person.name), el("small", {}, person.title), hint));
}

function show() {
  const hadFocus = document.activeElement?.dataset.place;
  const all = KINDS.map(([kind, name]) => ({ name, places: placesOf(kind) }));
  const sections = all.filter(({ places }) => places.length > 0);
  reconcile(lists, sections, {
    key: ({ name }) => name,
    print: ({ name }) => name,
    build: ({ name }) => el("section", {}, el("h2", {}, name), el("div", { class: "list" })),
  });
  sections.forEach(({ places }, index) => {
    reconcile(lists.children[index].lastChild, places, {
      key: ({ id }) => id,
      print: (place) => JSON.stringify([now.as, place, place.id === now.place]),
      build: row,
    });
  });
  if (hadFocus) lists.querySelector(`[data-place="${CSS.escape(hadFocus)}"]`)?.focus();
}

function placesOf(kind) {
  const kinds = kind === "dm" ? ["dm", "app_home"] : [kind];
  return (now.conversations ?? []).filter((place) => kinds.includes(place.kind));
}

/** What a place is called in the list and in the title. */
export function placeName({ kind, name }) {
  return { app_home: "Home", dm: "Messages" }[kind] ?? name;
}

function row(place) {
  const { id, kind, shared, unread } = place;
  const here = id === now.place;
  const label = unread ? `${placeName(place)}, ${unread} unread` : null;
  return el(
    "button",
    {
      type: "button",
      class: unread && !here ? "place has-unread" : "place",
      "aria-current": here ? "page" : null,
      "aria-label": label,
      data: { place: id },
      on: { click: () => openPlace(id) },
    },
    icon(ICONS[kind]),
    el("span", { class: "place-name" }, placeName(place)),
    shared && el("span", { class: "badge badge-shared" }, "shared"),
    unread > 0 && !here && el("span", { class: "count" }, String(unread)),
  );
}
