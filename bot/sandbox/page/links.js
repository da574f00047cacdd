/** Links: to a message of this workspace they lead there, to anywhere else they open a page of their own. */

import { el } from "./dom.js";
import { openMessage, openPlace } from "./go.js";

const SAFE = /^(https?:|mailto:)/i;
const PERMALINK = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/;

/** A link where its scheme is one to follow; else the text of it, so that nothing is hidden behind a label. */
export function link(url, label) {
  if (!SAFE.test(url)) return document.createTextNode(label ? `${label} (${url})` : url);
  const text = label ?? url.replace(/^mailto:/i, "");
  if (!messageOf(url)) return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
  const lead = (event) => {
    event.preventDefault();
    visit(url);
  };
  return el("a", { href: url, on: { click: lead } }, text);
}

/** A mention of a conversation that the acting person is in: it leads there. */
export function channelLink(id, name) {
  const lead = (event) => {
    event.preventDefault();
    openPlace(id);
  };
  return el("a", { class: "mention", href: `#${id}`, on: { click: lead } }, `#${name}`);
}

/** Goes where a link or a button with an address leads; nowhere if its scheme is not one to follow. */
export function visit(url) {
  const message = messageOf(url);
  if (message) openMessage(message.channel, message.ts);
  else if (SAFE.test(url)) open(url, "_blank", "noopener,noreferrer");
}

function messageOf(url) {
  if (!URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  const found = origin === location.origin && PERMALINK.exec(pathname);
  return found ? { channel: found[1], ts: `${found[2]}.${found[3]}` } : null;
}
