/** The page's one way to the sandbox: every request it makes, and what goes wrong as a sentence to show. */

/** The sandbox said no, or nothing at all. `message` is one sentence for the person at the page. */
export class Refused extends Error {}

const GONE = "The sandbox does not answer. Is it still running in its terminal?";
const SIGNED_OUT = "This page is no longer signed in. Open the address that the sandbox printed when it started.";
const GARBLED = "The sandbox gave an answer that this page cannot read. Its terminal says more.";

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(`/page/api/${path}`, { cache: "no-store", ...options });
  } catch {
    throw new Refused(GONE);
  }
  if (response.status === 401 || response.status === 403) throw new Refused(SIGNED_OUT);
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Refused(GARBLED);
  }
  if (!response.ok && !answer.errors) throw new Refused(answer.error ?? GARBLED);
  return answer;
}

function get(path, query = {}) {
  return ask(`${path}?${new URLSearchParams(query)}`);
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.ok === false && !answer.errors) throw new Refused(answer.error ?? GARBLED);
  return answer;
}

export const readWorkspace = () => get("workspace");
export const readConversations = (as) => get("conversations", { as });
export const readMessages = (as, channel) => get("messages", { as, channel });
export const readHome = (as) => get("home", { as });
export const readView = (as) => get("view", { as });
export const readLog = () => get("log");

export const sendCommand = (as, channel, text) => post("command", { as, channel, text });
export const sendMessage = (as, channel, text) => post("message", { as, channel, text });
export const sendShortcut = (as, callbackId, message = {}) => post("shortcut", { as, callback_id: callbackId, ...message });
export const sendAction = (action) => post("action", action);
export const submitView = (as, viewId, state) => post("submit", { as, view_id: viewId, state });
export const closeView = (as, viewId) => post("close", { as, view_id: viewId });

/** What only one person sees is in no history: a reload of the page loses it, as one of Slack does. */
export const forgetEphemerals = (as) => ask(`ephemerals?${new URLSearchParams({ as })}`, { method: "DELETE" });

export const feedAddress = (as) => `/page/api/events?${new URLSearchParams({ as })}`;
