/** What the page knows right now, in one place, and who wants to hear when a part of it changes. */

/**
 * `place` is the id of the open conversation. `view` is the top of the acting person's modals. `live` says
 * whether the feed of changes is open, `drawer` and `sheet` whether the log and, on a narrow screen, the list of
 * conversations are. `pointed` is the message that a link led to, until it is in sight. Parts that have not been read yet are `null`.
 */
export const now = {
  workspace: null,
  as: null,
  conversations: null,
  place: null,
  messages: null,
  home: null,
  view: null,
  viewErrors: {},
  log: null,
  live: true,
  drawer: false,
  sheet: false,
  pointed: null,
};

const watchers = [];

/** Changes parts of what is known; whoever watches one of them is called once, after all have changed. */
export function set(changes) {
  const changed = Object.keys(changes);
  Object.assign(now, changes);
  for (const { parts, show } of watchers) if (parts.some((part) => changed.includes(part))) show();
}

/** Calls `show` after each change of one of `parts`. */
export function watch(parts, show) {
  watchers.push({ parts, show });
}

/** The acting person's row of the workspace, or `undefined` before it is known. */
export function actor() {
  return now.workspace?.people.find((person) => person.id === now.as);
}

/** The open conversation's row, or `undefined` if this person has none such. */
export function conversation() {
  return now.conversations?.find(({ id }) => id === now.place);
}

/** People (and the bot), channels and user groups by id: what mentions in a text are looked up in. */
export function names() {
  const people = (now.workspace?.people ?? []).map(({ id, name }) => [id, name]);
  const app = now.workspace ? [[now.workspace.app.user_id, now.workspace.app.name]] : [];
  const channels = (now.conversations ?? []).map(({ id, name }) => [id, name]);
  const groups = (now.workspace?.groups ?? []).map(({ id, name }) => [id, name]);
  return { people: new Map([...people, ...app]), channels: new Map(channels), groups: new Map(groups) };
}
