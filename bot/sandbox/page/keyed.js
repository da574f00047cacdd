/**
 * Brings a list on the page up to date and leaves every item that has not changed alone: its focus, its open
 * menu, its half-typed text and its scroll position survive.
 */

const shown = new WeakMap();

/**
 * @param {Element} parent holds nothing but the items
 * @param {Array} items
 * @param {{key: (item, index) => string, print: (item, index) => string, build: (item, index, old) => Element}} how
 *   `print` is a fingerprint: equal prints look equal. `build` gets the node it replaces, if there is one.
 */
export function reconcile(parent, items, { key, print, build }) {
  const before = shown.get(parent) ?? new Map();
  const after = new Map();
  items.forEach((item, index) => {
    const id = key(item, index);
    const fingerprint = print(item, index);
    const old = before.get(id);
    const node = old && old.fingerprint === fingerprint ? old.node : build(item, index, old?.node);
    after.set(id, { fingerprint, node });
  });
  const nodes = [...after.values()].map(({ node }) => node);
  const wanted = new Set(nodes);
  for (const { node } of before.values()) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  shown.set(parent, after);
}
