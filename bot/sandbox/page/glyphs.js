/**
 * Emoji as small pictures of the page's own, for those a bot of this kind uses: the same on every machine, and there on one
 * without an emoji font. The character itself stays in the text, out of sight, for copying and for screen readers.
 */

import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const DISC = "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Z";
const LOCK = "M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Z";
const TRIANGLE = "M12 2.8 23 21.5H1Z";
const SHEET = "M6 3h12v18H6Z";
const GLASS = "M6 3h12M6 21h12M7.5 3c0 5 4.5 6 4.5 9s-4.5 4-4.5 9M16.5 3c0 5-4.5 6-4.5 9s4.5 4 4.5 9";

/** `fill` is painted in the tone, `line` drawn in it, `over` drawn in white on the fill. */
const PICTURES = {
  "✅": { tone: "good", fill: DISC, over: "M7 12.5l3.5 3.5L17 8.5" },
  "☑": { tone: "good", fill: DISC, over: "M7 12.5l3.5 3.5L17 8.5" },
  "✨": { tone: "gold", fill: "M12 2c1 6 3 9 10 10-7 1-9 4-10 10-1-6-3-9-10-10 7-1 9-4 10-10Z" },
  "🎉": { tone: "gold", fill: "M12 2c1 6 3 9 10 10-7 1-9 4-10 10-1-6-3-9-10-10 7-1 9-4 10-10Z" },
  "⛔": { tone: "bad", fill: DISC, over: "M7 12h10" },
  "🚫": { tone: "bad", line: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM6 6l12 12" },
  "🛑": { tone: "bad", fill: "M8 2h8l6 6v8l-6 6H8l-6-6V8Z", over: "M7.5 12h9" },
  "❌": { tone: "bad", line: "M5 5l14 14M19 5 5 19" },
  "❗": { tone: "bad", line: "M12 4v10M12 19.5v.1" },
  "🚨": { tone: "bad", fill: TRIANGLE, over: "M12 9.5v5M12 18v.1" },
  "⚠": { tone: "warn", fill: TRIANGLE, over: "M12 9.5v5M12 18v.1" },
  "❓": { tone: "info", fill: DISC, over: "M9 9.5a3 3 0 1 1 4 2.8c-.8.4-1 .8-1 1.7M12 17.3v.1" },
  "ℹ": { tone: "info", fill: DISC, over: "M12 11v6M12 7.2v.1" },
  "🔎": { tone: "info", line: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 21 21" },
  "🔍": { tone: "info", line: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 21 21" },
  "🔑": { tone: "gold", line: "M7.5 21a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM11 13 21 3M16 8l3.5 3.5" },
  "🔐": { tone: "gold", fill: LOCK, line: "M8 11V8a4 4 0 0 1 8 0v3", over: "M12 15v2.5" },
  "🔒": { tone: "gold", fill: LOCK, line: "M8 11V8a4 4 0 0 1 8 0v3", over: "M12 15v2.5" },
  "🔏": { tone: "info", fill: LOCK, line: "M8 11V8a4 4 0 0 1 8 0v3", over: "M9 15.5l2 2 4-4" },
  "🔓": { tone: "gold", fill: LOCK, line: "M8 11V7a4 4 0 0 1 7.5-2", over: "M12 15v2.5" },
  "🔄": { tone: "info", line: "M20 11a8 8 0 0 0-14.5-3.5L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 3.5L20 15M20 20v-5h-5" },
  "🔁": { tone: "info", line: "M17 2l3.5 3.5L17 9M20.5 5.5H8a4 4 0 0 0-4 4V11M7 22l-3.5-3.5L7 15M3.5 18.5H16a4 4 0 0 0 4-4V13" },
  "🤝": { tone: "info", line: "M9 16a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM15 18a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z" },
  "▶": { tone: "good", fill: DISC, over: "M10 8l6 4-6 4Z" },
  "⏸": { tone: "quiet", fill: DISC, over: "M9.5 8.5v7M14.5 8.5v7" },
  "⌛": { tone: "quiet", line: GLASS },
  "⏳": { tone: "quiet", line: GLASS },
  "⏰": { tone: "warn", line: "M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 9v4l2.5 2M3 5l3-2.5M21 5l-3-2.5" },
  "📅": { tone: "info", line: "M4 5h16v16H4ZM4 10h16M8 3v4M16 3v4" },
  "🗑": { tone: "quiet", line: "M4 6h16M9 6V3h6v3M6 6l1 15h10l1-15M10 10v7M14 10v7" },
  "↩": { tone: "quiet", line: "M9 6 4 11l5 5M4 11h10a6 6 0 0 1 0 9h-3" },
  "↪": { tone: "quiet", line: "M15 6l5 5-5 5M20 11H10a6 6 0 0 0 0 9h3" },
  "📭": { tone: "quiet", line: "M4 8h13a3 3 0 0 1 3 3v7H4ZM4 8l6 6 4-3M17 8V4h3" },
  "📌": { tone: "bad", line: "M9 3h6l-1 7 4 4H6l4-4ZM12 14v7" },
  "📊": { tone: "info", line: "M4 3v18h17M8.5 17v-5M13 17V7M17.5 17v-8" },
  "🍂": { tone: "warn", line: "M4 20C4 9 10 4 20 4c0 10-5 15-13 13M4 20 14 10" },
  "👋": { tone: "gold", line: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4 3-6 8-6M16 18h6M19.5 15l3 3-3 3" },
  "💤": { tone: "quiet", line: "M4 5h7l-7 8h7M14 13h6l-6 7h6" },
  "😴": { tone: "quiet", line: "M4 5h7l-7 8h7M14 13h6l-6 7h6" },
  "🔔": { tone: "gold", fill: "M12 3a6 6 0 0 1 6 6v5l2 3H4l2-3V9a6 6 0 0 1 6-6Z", line: "M10 20.5h4" },
  "👀": { tone: "info", line: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z" },
  "💡": { tone: "gold", line: "M9 17h6M10 20.5h4M8.5 14.5a6 6 0 1 1 7 0L15 17H9Z" },
  "📝": { tone: "info", line: `${SHEET}M9 8h6M9 12h6M9 16h3` },
  "📋": { tone: "info", line: `${SHEET}M9 8h6M9 12h6M9 16h3` },
  "📄": { tone: "info", line: `${SHEET}M9 8h6M9 12h6M9 16h3` },
  "📜": { tone: "info", line: `${SHEET}M9 8h6M9 12h6M9 16h3` },
  "🛡": { tone: "info", fill: "M12 2l9 3.5V12c0 5-4 8.5-9 10-5-1.5-9-5-9-10V5.5Z", over: "M8 12l3 3 5-6" },
  "🟢": { tone: "good", fill: DISC },
  "🔴": { tone: "bad", fill: DISC },
  "🟠": { tone: "warn", fill: DISC },
  "🟡": { tone: "gold", fill: DISC },
  "🔵": { tone: "info", fill: DISC },
  "⚪": { tone: "quiet", line: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z" },
};

const VARIANT = "\uFE0F";
const KNOWN = new RegExp(`(${Object.keys(PICTURES).join("|")})${VARIANT}?`, "gu");

/** A text with its emoji as pictures. @returns {Array<string|Element>} */
export function withGlyphs(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(KNOWN)) {
    parts.push(text.slice(end, match.index), glyph(match[0], PICTURES[match[1]]));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

function glyph(character, { tone, fill, line, over }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [kind, path] of Object.entries({ fill, line, over })) {
    if (!path) continue;
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("class", `glyph-${kind}`);
    drawn.setAttribute("d", path);
    svg.append(drawn);
  }
  return el("span", { class: `glyph glyph-${tone}` }, svg, el("span", { class: "unseen" }, character));
}
