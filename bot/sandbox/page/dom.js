/**
 * Builds elements. What the bot or a person wrote only ever becomes a text node or an attribute's value:
 * no module of this page parses HTML.
 */

/**
 * @param {string} tag
 * @param {Object} [props] `class`, `on: {event: listener}`, `data: {name: value}`; anything else is an attribute.
 *   `true` sets an empty attribute; `false`, `null` and `undefined` set none.
 * @param {...(Node|string|null|false|Array)} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") listen(node, value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...present(children));
  return node;
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

/** The children that are there, flattened: `null` and `false` stand for "nothing here". */
function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what a node holds, and only if there is something to change. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

let count = 0;

/** An id no other element of this page has, for labels and descriptions. */
export function uniqueId(stem) {
  count += 1;
  return `${stem}-${count}`;
}
