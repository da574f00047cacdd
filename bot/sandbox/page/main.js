/** Starts the page: each part watches what it shows, then the workspace is read and the first person acts. */

import { forgetEphemerals } from "./api.js";
import { startComposer } from "./composer.js";
import { actAs } from "./go.js";
import { startHome } from "./home.js";
import { startLog } from "./log.js";
import { startMessages } from "./messages.js";
import { startModal } from "./modal.js";
import { startPeople } from "./people.js";
import { startPlaces } from "./places.js";
import { startRoom } from "./room.js";
import { readRoute } from "./route.js";
import { startStatus } from "./status.js";
import { now } from "./store.js";
import { refresh } from "./sync.js";

const RETRY_MS = 1500;

const PARTS = [
  startStatus,
  startPeople,
  startPlaces,
  startRoom,
  startMessages,
  startHome,
  startComposer,
  startModal,
  startLog,
];

for (const start of PARTS) start();

async function begin() {
  await refresh("workspace");
  if (!now.workspace) {
    setTimeout(begin, RETRY_MS);
    return;
  }
  const { as, place } = readRoute();
  const first = now.workspace.people.find(({ id }) => id === as) ?? now.workspace.people[0];
  const [opened] = performance.getEntriesByType("navigation");
  if (opened?.type === "reload") await Promise.allSettled(now.workspace.people.map(({ id }) => forgetEphemerals(id)));
  await Promise.all([actAs(first.id, place), refresh("log")]);
  const untouched = document.activeElement === document.body;
  if (untouched) document.getElementById("message-box").focus({ preventScroll: true });
}

addEventListener("hashchange", () => {
  const { as, place } = readRoute();
  if (as && (as !== now.as || place !== now.place)) actAs(as, place);
});

begin();
