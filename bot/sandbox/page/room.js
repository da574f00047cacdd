/** The frame of the open conversation: its title, what is out of order, and how an empty one begins. */

import { avatar } from "./avatar.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./keyed.js";
import { placeName } from "./places.js";
import { actor, conversation, now, set, watch } from "./store.js";
import { mrkdwn } from "./text.js";

const title = document.getElementById("title");
const banners = document.getElementById("banners");
const intro = document.getElementById("intro");

export function startRoom() {
  watch(["conversations", "place"], showTitle);
  watch(["workspace", "as", "live", "conversations", "place"], showBanners);
  watch(["messages", "place", "conversations"], showIntro);
}

function showTitle() {
  const place = conversation();
  const hadFocus = title.contains(document.activeElement);
  const unread = (now.conversations ?? []).some(({ id, unread: count }) => id !== now.place && count > 0);
  const label = unread ? "Conversations, some unread" : "Conversations";
  const menu = el(
    "button",
    { type: "button", class: "icon-button menu-button", "aria-label": label },
    icon("menu"),
    unread && el("span", { class: "dot" }),
  );
  menu.addEventListener("click", () => set({ sheet: !now.sheet }));
  if (!place) {
    fill(title, menu, el("h1", {}, now.conversations === null ? "Opening…" : "No conversation"));
    return;
  }
  const ours = ["Cred", el("span", { class: "quiet" }, placeName(place))];
  const name = place.kind === "channel" ? [icon("hash"), placeName(place)] : ours;
  const topic = place.topic && el("p", { class: "topic" }, mrkdwn(place.topic));
  const shared = place.shared && el("span", { class: "badge badge-shared" }, "shared with another organization");
  fill(title, menu, el("h1", {}, name), shared, topic);
  if (hadFocus) menu.focus();
  document.title = `${place.kind === "channel" ? "#" : "Cred · "}${placeName(place)} · Cred sandbox`;
}

/** What is out of order. Left alone while it stays the same, so that it is read out once. */
function showBanners() {
  const person = actor();
  const problem = problemText();
  const outside = person?.outsider && outsideText(person, conversation());
  const lines = Object.entries({ problem, outside }).filter(([, text]) => text);
  reconcile(banners, lines, {
    key: ([kind]) => kind,
    print: ([, text]) => text,
    build: ([kind, text]) => banner(kind, text),
  });
}

function problemText() {
  if (!now.live) return "The sandbox does not answer. This page goes on as soon as it is back.";
  return now.workspace?.bot_connected === false && "The bot is not connected: nobody answers a command yet.";
}

function outsideText({ name }, place) {
  const start = `${name} is not one of ${now.workspace.team.name}`;
  if (!place) return `${start} and shares no conversation with it.`;
  return `${start}: only what is shared with their organization is in sight here.`;
}

function banner(kind, text) {
  return el("p", { class: `banner banner-${kind}`, role: "status" }, icon("alert"), el("span", {}, text));
}

function showIntro() {
  const place = conversation();
  const empty = place && place.kind !== "app_home" && now.messages?.length === 0;
  intro.hidden = !empty;
  if (!empty) return;
  const dm = place.kind === "dm";
  const head = dm ? "This is where you and Cred talk." : `This is the beginning of #${place.name}.`;
  const more = dm ? "What Cred has for your eyes only comes here." : (place.topic ?? "");
  const face = dm && avatar({ name: "Cred", bot: true });
  fill(intro, face, el("p", { class: "intro-head" }, head), el("p", { class: "quiet" }, more));
}
