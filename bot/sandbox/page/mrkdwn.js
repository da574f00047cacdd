/**
 * Reads Slack's mrkdwn into a tree of plain objects, and nothing else: no DOM, no names, no time zone.
 *
 * A node is `{kind: "text", text}`, `{kind: "bold"|"italic"|"strike"|"quote", children}`, `{kind: "code"|"block", text}`,
 * `{kind: "break"}`, `{kind: "emoji", name}`, `{kind: "link", url, label}`, `{kind: "user"|"channel"|"group", id, label}`,
 * `{kind: "ping", name}` or `{kind: "date", seconds, format, link, fallback}`.
 * Source of the rules: Slack's documentation, "Formatting message text".
 */

const BLOCK = /```\n?([\s\S]*?)\n?```/;
const TOKEN = new RegExp(
  [
    "`([^`\\n]+)`", // 1 code
    "<([^<>\\n]+)>", // 2 link, mention, date
    ":([a-z0-9_+-]+(?:::skin-tone-[2-6])?):", // 3 emoji
    "(\\n)", // 4 line break
  ].join("|"),
  "g",
);
const STYLES = [
  ["bold", "*"],
  ["italic", "_"],
  ["strike", "~"],
];

/** @param {string} text @returns {Array<Object>} */
export function parse(text) {
  const block = BLOCK.exec(text);
  if (!block) return quotes(text);
  const before = text.slice(0, block.index).replace(/\n$/, "");
  const after = text.slice(block.index + block[0].length).replace(/^\n/, "");
  return [...quotes(before), { kind: "block", text: plain(block[1]) }, ...parse(after)];
}

/** Undoes Slack's three escapes; whatever else looks like an entity is text. */
export function plain(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function quotes(text) {
  if (text === "") return [];
  const nodes = [];
  let run = [];
  let quoting = false;
  const flush = () => {
    if (run.length === 0) return;
    const children = styled(run.join("\n"));
    if (quoting) nodes.push({ kind: "quote", children });
    else nodes.push(...children);
    run = [];
  };
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    if (Boolean(quoted) !== quoting) flush();
    quoting = Boolean(quoted);
    run.push(quoted ? line.slice(quoted[0].length) : line);
  }
  flush();
  return nodes;
}

/** Finds the outermost styled run whose marks stand at the edge of words; what is in it is read the same way. */
function styled(text) {
  const found = STYLES.map(([kind, mark]) => ({ kind, match: run(mark).exec(shield(text)) }))
    .filter(({ match }) => match)
    .sort((a, b) => start(a.match) - start(b.match))[0];
  if (!found) return tokens(text);
  const from = start(found.match);
  const to = from + found.match[2].length + 2;
  const children = styled(text.slice(from + 1, to - 1));
  return [...tokens(text.slice(0, from)), { kind: found.kind, children }, ...styled(text.slice(to))];
}

const start = (match) => match.index + match[1].length;

function run(mark) {
  const m = `\\${mark}`;
  return new RegExp(`(^|[^\\w${m}])${m}(?! )([^${m}\\n]*[^${m}\\s])${m}(?![\\w${m}])`);
}

/** The text with code, links and emoji blanked out: marks in there style nothing. Same length as the text. */
function shield(text) {
  return text.replace(TOKEN, (token) => (token === "\n" ? token : "\u0001".repeat(token.length)));
}

function tokens(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) nodes.push({ kind: "text", text: plain(text.slice(end, match.index)) });
    nodes.push(token(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push({ kind: "text", text: plain(text.slice(end)) });
  return nodes;
}

function token([whole, code, angle, emoji]) {
  if (code !== undefined) return { kind: "code", text: plain(code) };
  if (angle !== undefined) return reference(angle);
  if (emoji !== undefined) return { kind: "emoji", name: emoji };
  return whole === "\n" ? { kind: "break" } : { kind: "text", text: whole };
}

function reference(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : plain(inside.slice(bar + 1));
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return { kind: "group", id: target.slice(9), label };
  if (target.startsWith("!")) return { kind: "ping", name: target.slice(1) };
  if (target.startsWith("@")) return { kind: "user", id: target.slice(1), label };
  if (target.startsWith("#")) return { kind: "channel", id: target.slice(1), label };
  return { kind: "link", url: plain(target), label };
}

function date(target, fallback) {
  const [, seconds, format, link = null] = target.split("^");
  return { kind: "date", seconds: Number(seconds), format: format ?? "", link, fallback: fallback ?? "" };
}
