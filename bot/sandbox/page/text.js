/** Puts text objects on the page: mrkdwn as elements, plain text as text with its emoji. */

import { codeBlock } from "./code.js";
import { capital, dateText, fullText } from "./dates.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { withGlyphs } from "./glyphs.js";
import { channelLink, link } from "./links.js";
import { parse } from "./mrkdwn.js";
import { names } from "./store.js";

const STYLE_TAGS = { bold: "strong", italic: "em", strike: "s", quote: "blockquote" };

/** A text object of Block Kit. @param {{type: string, text: string, emoji?: boolean}} object */
export function textOf(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : withGlyphs(plainText(object));
}

/** Plain text: nothing in it is markup, but shortcodes are emoji unless `emoji` is false. */
export function plainText({ text, emoji: wanted = true }) {
  return wanted ? text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name)) : text;
}

export function mrkdwn(text) {
  return parse(text).flatMap((node, index) => (node.kind === "date" ? date(node, index === 0) : show(node)));
}

function show(node) {
  switch (node.kind) {
    case "text":
      return withGlyphs(node.text);
    case "bold":
    case "italic":
    case "strike":
    case "quote":
      return el(STYLE_TAGS[node.kind], {}, node.children.map(show));
    case "code":
      return el("code", {}, node.text);
    case "block":
      return codeBlock(node.text);
    case "break":
      return el("br");
    case "emoji":
      return emojiNode(node.name);
    case "link":
      return link(node.url, node.label);
    case "date":
      return date(node);
    default:
      return mention(node);
  }
}

export function emojiNode(name) {
  return el("span", {}, withGlyphs(emoji(name)));
}

export function mention({ kind, id, label, name }) {
  const known = names();
  if (kind === "channel" && known.channels.has(id)) return channelLink(id, known.channels.get(id));
  const text = {
    user: () => `@${known.people.get(id) ?? label ?? id}`,
    channel: () => `#${known.channels.get(id) ?? label ?? id}`,
    group: () => label ?? `@${known.groups.get(id) ?? id}`,
    ping: () => `@${name}`,
  }[kind]();
  return el("span", { class: `mention mention-${kind}` }, text);
}

/** A date, as it stands at the beginning of a text or within it. */
export function date(token, first = false) {
  const text = first ? capital(dateText(token)) : dateText(token);
  if (token.link) return link(token.link, text);
  return el("time", { title: fullText(token.seconds) }, text);
}
