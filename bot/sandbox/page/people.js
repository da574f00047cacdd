/** The switcher: who one acts as, always in sight, and a dot on everybody who has something waiting. */

import { avatar, tintOf } from "./avatar.js";
import { el } from "./dom.js";
import { actAs } from "./go.js";
import { reconcile } from "./keyed.js";
import { now, watch } from "./store.js";

const bar = document.getElementById("people");

export function startPeople() {
  watch(["workspace", "as"], show);
}

function show() {
  document.body.dataset.tint = tintOf(now.as);
  const people = (now.workspace?.people ?? []).filter(({ active, id }) => active || id === now.as);
  const hadFocus = document.activeElement?.dataset.person;
  reconcile(bar, people, {
    key: ({ id }) => id,
    print: (person) => JSON.stringify([person, person.id === now.as]),
    build: chip,
  });
  if (hadFocus) bar.querySelector(`[data-person="${CSS.escape(hadFocus)}"]`)?.focus();
  const moved = bar.dataset.as !== now.as;
  if (moved) bar.querySelector("[aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
  bar.dataset.as = now.as;
}

function chip(person) {
  const { id, name, title, outsider, unread } = person;
  const here = id === now.as;
  const waiting = !here && unread > 0;
  const far = outsider && "from another organization";
  const label = [`${here ? "Acting as" : "Act as"} ${name}`, title, far, waiting && `${unread} waiting`];
  return el(
    "button",
    {
      type: "button",
      class: "chip",
      title: [name, title].filter(Boolean).join(" · "),
      "aria-label": label.filter(Boolean).join(", "),
      "aria-current": here ? "true" : null,
      data: { person: id, tint: tintOf(id) },
      on: { click: () => id !== now.as && actAs(id) },
    },
    el("span", { class: "chip-face" }, avatar({ id, name, outsider }), waiting && el("span", { class: "dot" })),
    el(
      "span",
      { class: "chip-text" },
      el("b", {}, here ? name : name.split(" ")[0]),
      el("small", {}, outsider ? "outside" : here && "acting"),
    ),
  );
}
