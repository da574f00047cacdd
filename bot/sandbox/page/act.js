/** A press or a choice on its way to the bot: asked about first if it must be, sent once, its failure said. */

import { Refused, sendAction } from "./api.js";
import { confirmed } from "./confirm.js";
import { readState } from "./controls.js";
import { now } from "./store.js";
import { refresh } from "./sync.js";
import { say } from "./toast.js";

/**
 * @param {{surface: {where: Object}, blockId: string}} slot where the element stands
 * @param {{action_id: string, confirm?: Object}} element
 * @param {Element} node the control; it is busy until the bot has answered, and takes no second press while it is
 * @param {string|string[]|null} value
 * @returns {Promise<boolean>} false if the person thought better of it
 */
export async function act(slot, element, node, value) {
  if (node.getAttribute("aria-busy") === "true") return true;
  if (element.confirm && !(await confirmed(element.confirm))) return false;
  const action = {
    as: now.as,
    where: slot.surface.where,
    block_id: slot.blockId,
    action_id: element.action_id,
    value,
    state: readState(node.closest("[data-surface]")),
  };
  node.setAttribute("aria-busy", "true");
  try {
    await sendAction(action);
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    say(refusal.message, "problem");
  } finally {
    node.removeAttribute("aria-busy");
  }
  refresh("view", "messages", "home");
  return true;
}
