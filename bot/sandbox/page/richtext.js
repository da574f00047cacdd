/** Rich text blocks: sections, lists, quotes and preformatted blocks with their styled runs. */

import { codeBlock } from "./code.js";
import { el } from "./dom.js";
import { withGlyphs } from "./glyphs.js";
import { link } from "./links.js";
import { date, emojiNode, mention } from "./text.js";

/** @param {{elements: Array}} block a `rich_text` block */
export function richText(block) {
  return el("div", { class: "rich-text" }, block.elements.map(part));
}

function part(element) {
  switch (element.type) {
    case "rich_text_section":
      return el("p", {}, element.elements.map(inline));
    case "rich_text_preformatted":
      return codeBlock(element.elements.map((run) => run.text ?? run.url ?? "").join(""));
    case "rich_text_quote":
      return el("blockquote", {}, element.elements.map(inline));
    case "rich_text_list": {
      const items = element.elements.map((section) => el("li", {}, section.elements.map(inline)));
      const tag = element.style === "ordered" ? "ol" : "ul";
      const start = tag === "ol" && (element.offset ?? 0) + 1;
      return el(tag, { class: `indent-${element.indent ?? 0}`, start }, items);
    }
    default:
      return el("p", { class: "unknown" }, `This page cannot show “${element.type}”.`);
  }
}

function inline(run) {
  switch (run.type) {
    case "text":
      return styled(withGlyphs(run.text), run.style);
    case "link":
      return styled(link(run.url, run.text ?? null), run.style);
    case "emoji":
      return emojiNode(run.name);
    case "user":
      return mention({ kind: "user", id: run.user_id });
    case "channel":
      return mention({ kind: "channel", id: run.channel_id });
    case "usergroup":
      return mention({ kind: "group", id: run.usergroup_id });
    case "broadcast":
      return mention({ kind: "ping", name: run.range });
    case "date":
      return date({ seconds: run.timestamp, format: run.format, link: run.url, fallback: run.fallback ?? "" });
    default:
      return el("span", { class: "unknown" }, `[${run.type}]`);
  }
}

const TAGS = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
];

function styled(node, style = {}) {
  return TAGS.filter(([name]) => style[name]).reduce((inner, [, tag]) => el(tag, {}, inner), node);
}
