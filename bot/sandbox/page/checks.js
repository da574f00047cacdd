/** Errors in a form: those a form finds by itself before it is sent, and how each is shown beside its field. */

/** What is missing or too short, as Slack finds it before it asks the bot. @returns {Object<string, string>} */
export function missing(blocks, state) {
  const errors = {};
  for (const block of blocks.filter(({ type }) => type === "input")) {
    const problem = problemOf(block, state[block.block_id]?.[block.element.action_id] ?? null);
    if (problem) errors[block.block_id] = problem;
  }
  return errors;
}

function problemOf({ optional, element }, value) {
  const empty = value === null || value.length === 0;
  if (empty) return optional ? null : "Please fill this in.";
  const least = element.min_length ?? 0;
  return value.length < least ? `Please write at least ${least} characters.` : null;
}

/** Shows these errors and no others. @returns {Element|null} the first control that has one */
export function showErrors(form, errors) {
  let first = null;
  for (const field of form.querySelectorAll("[data-field]")) {
    const text = errors[field.dataset.field];
    const error = field.querySelector(":scope > .error");
    error.textContent = text ?? "";
    error.hidden = !text;
    const target = field.querySelector("[data-action-id]");
    if (text) target?.setAttribute("aria-invalid", "true");
    else target?.removeAttribute("aria-invalid");
    if (text) first ??= target;
  }
  return first;
}

/** Puts the focus on the first field that has an error. */
export function focusError(target) {
  const node = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
  node?.focus();
  node?.closest("[data-field]")?.scrollIntoView({ block: "nearest" });
}
