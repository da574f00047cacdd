/** The live feed: hears what changed, reconnects by itself, and has everything read again after a gap. */

import { feedAddress } from "./api.js";

const RETRY_MS = 2000;

let source = null;
let retry = null;

/**
 * Follows the changes of one person's view; a second call leaves the first person's feed.
 * @param {string} as
 * @param {{changed: (change) => void, opened: (again: boolean) => void, lost: () => void}} listener
 */
export function follow(as, listener) {
  leave();
  open(as, listener, false);
}

function leave() {
  source?.close();
  clearTimeout(retry);
}

function open(as, listener, again) {
  let wasLost = again;
  source = new EventSource(feedAddress(as));
  source.onmessage = (event) => listener.changed(JSON.parse(event.data));
  source.onopen = () => {
    listener.opened(wasLost);
    wasLost = false;
  };
  source.onerror = () => {
    wasLost = true;
    listener.lost();
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(retry);
    retry = setTimeout(() => open(as, listener, true), RETRY_MS);
  };
}
