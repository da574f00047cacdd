/**
 * Reads parts of the workspace into the store. Asking again while an answer is under way reads once more after
 * it, never twice at once; an answer for a person one no longer acts as, or a place one has left, is dropped.
 */

import * as api from "./api.js";
import { follow } from "./feed.js";
import { conversation, now, set } from "./store.js";
import { say } from "./toast.js";

const loads = {
  workspace: async () => ({ workspace: await api.readWorkspace() }),
  conversations: async (as) => ({ conversations: await api.readConversations(as) }),
  messages: readPlace,
  home: async (as) => (conversation()?.kind === "app_home" ? { home: await api.readHome(as) } : {}),
  view: async (as) => {
    const { view, errors } = await api.readView(as);
    return { view, viewErrors: errors ?? {} };
  },
  log: async () => ({ log: await api.readLog() }),
};

async function readPlace(as) {
  const open = conversation();
  if (!open || open.kind === "app_home") return {};
  const { messages } = await api.readMessages(as, open.id);
  return { messages };
}

const underWay = new Map();

/** Reads these parts anew. A refusal is said once, in the corner, and what was known stays on the page. */
export async function refresh(...parts) {
  await Promise.all(parts.map(refreshOne));
}

function refreshOne(part) {
  const current = underWay.get(part);
  if (current) {
    current.again = true;
    return current.done;
  }
  const task = { again: false, done: null };
  underWay.set(part, task);
  task.done = read(part, task).finally(() => underWay.delete(part));
  return task.done;
}

async function read(part, task) {
  do {
    task.again = false;
    const { as, place } = now;
    try {
      const answer = await loads[part](as);
      if (now.as === as && now.place === place) set(answer);
      else task.again = true;
    } catch (refusal) {
      if (!(refusal instanceof api.Refused)) throw refusal;
      if (now.live) say(refusal.message, "problem");
    }
  } while (task.again);
}

/** Follows the feed as this person and keeps the store up to date with it. */
export function keepUp(as) {
  follow(as, {
    changed: ({ what, channel }) => {
      if (what === "messages" && channel && channel !== now.place) refresh("conversations", "workspace");
      else if (what === "messages") refresh("messages", "conversations", "workspace");
      else if (what in loads) refresh(what);
    },
    opened: (again) => {
      set({ live: true });
      const missed = again ? Object.keys(loads) : ["conversations", "messages", "view"]; // read before the feed was open
      refresh(...missed);
    },
    lost: () => set({ live: false }),
  });
}
