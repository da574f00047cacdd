/** What people have typed and chosen: each control says how its value is read, a surface reads all of its own. */

const readers = new WeakMap();

/**
 * Marks a node as the control of one element of Block Kit.
 * @param {Element} node
 * @param {{blockId: string, element: {action_id: string}, read: () => (string|string[]|null)}} how
 */
export function control(node, { blockId, element, read }) {
  node.dataset.blockId = blockId;
  node.dataset.actionId = element.action_id;
  readers.set(node, read);
  return node;
}

/** The values of all controls in a surface. @returns {Object<string, Object<string, string|string[]|null>>} */
export function readState(surface) {
  const state = {};
  for (const node of surface.querySelectorAll("[data-action-id]")) {
    const read = readers.get(node);
    if (!read) continue;
    const { blockId, actionId } = node.dataset;
    state[blockId] = { ...state[blockId], [actionId]: read() };
  }
  return state;
}

const WHERE_TYPING = 'input, textarea, select, button, [tabindex="0"]';

/**
 * Changes a part of the page and puts the focus and the caret back where they were, if what had them was only
 * replaced by its newer self; if it is gone altogether, `fallback` gets the focus, so that a keyboard is not lost.
 */
export function keepingFocus(root, change, fallback = null) {
  const active = document.activeElement;
  const inside = root.contains(active) && active !== root;
  const mark = inside ? bookmark(active) : null;
  change();
  if (!inside || (active.isConnected && document.activeElement === active)) return;
  const again = active.isConnected ? active : mark && found(root, mark);
  if (again) restore(again, mark);
  else fallback?.focus();
}

function bookmark(active) {
  const owner = active.closest("[data-action-id]");
  if (!owner) return { owner: null };
  const parts = focusable(owner);
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return { owner: owner.dataset, index: parts.indexOf(active), caret };
}

function focusable(owner) {
  return [...(owner.matches(WHERE_TYPING) ? [owner] : []), ...owner.querySelectorAll(WHERE_TYPING)];
}

function found(root, { owner, index }) {
  if (!owner) return null;
  const { blockId, actionId } = owner;
  const next = root.querySelector(`[data-block-id="${CSS.escape(blockId)}"][data-action-id="${CSS.escape(actionId)}"]`);
  return next ? focusable(next)[index] : null;
}

function restore(node, mark) {
  node.focus();
  if (mark?.caret && mark.caret[0] !== null && "setSelectionRange" in node) node.setSelectionRange(...mark.caret);
}
