/** The list of the acting person's conversations, with what is unread, and who that person is. */

import { avatar } from "./avatar.js";
import { el, fill } from "./dom.js";
import { openPlace } from "./go.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { actor, now, watch } from "./store.js";
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
  document.addEventListener("keydown", (event) => event.key === "Escape" && hidePlaces());
  panel.addEventListener("click", ({ target }) => target === panel && hidePlaces());
}

/** On a narrow screen the list is a sheet over the room. */
export function togglePlaces() {
  const open = document.body.classList.toggle("places-open");
  if (open) panel.querySelector("button")?.focus();
}

function hidePlaces() {
  if (!document.body.classList.contains("places-open")) return;
  document.body.classList.remove("places-open");
  document.querySelector("#title button")?.focus();
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
  const sections = KINDS.map(([kind, name]) => ({ name, places: placesOf(kind) })).filter(({ places }) => places.length);
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
      on: { click: () => openPlace(id) },
    },
    icon(ICONS[kind]),
    el("span", { class: "place-name" }, placeName(place)),
    shared && el("span", { class: "badge badge-shared" }, "shared"),
    unread > 0 && !here && el("span", { class: "count" }, String(unread)),
  );
}
