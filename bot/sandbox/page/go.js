/** Going somewhere: acting as another person, opening another conversation. The only writer of `as` and `place`. */

import { writeRoute } from "./route.js";
import { actor, now, set } from "./store.js";
import { keepUp, refresh } from "./sync.js";
import { say } from "./toast.js";

const lastPlace = new Map();

/**
 * Acts as this person from now on, in the place asked for, else where something waits for them
 * alone, else where they were last, else where there is something new. */
export async function actAs(as, place = null) {
  set({ as, place: null, conversations: null, messages: null, home: null, view: null, viewErrors: {} });
  keepUp(as);
  await refresh("conversations");
  if (now.as !== as) return;
  await Promise.all([openPlace(choose(place) ?? null), refresh("view")]);
}

function choose(asked) {
  const all = now.conversations ?? [];
  const waiting = all.find(({ kind, unread }) => kind === "dm" && unread > 0);
  const known = (id) => all.find((one) => one.id === id)?.id;
  const first = all.find(({ unread }) => unread > 0) ?? all.find(({ kind }) => kind === "dm") ?? all[0];
  return known(asked) ?? waiting?.id ?? known(lastPlace.get(now.as)) ?? first?.id;
}

/** Opens a conversation or the Home tab of the acting person. */
export async function openPlace(place) {
  lastPlace.set(now.as, place);
  writeRoute(now.as, place);
  set({ place, messages: null, home: null, sheet: false });
  await refresh("messages", "home");
  await refresh("conversations", "workspace");
}

/** Opens the conversation of a message and points at it there. */
export async function openMessage(place, ts) {
  if (!now.conversations?.some(({ id }) => id === place)) {
    say(`${actor().name} is not in the conversation of that message.`, "problem");
    return;
  }
  set({ pointed: ts });
  await openPlace(place);
}
