"""What Slack tells without being asked: somebody opened the Home tab, an account or a user group changed."""

import threading
from collections import OrderedDict

from bot.domain.ids import GroupId, TeamId, UserId
from bot.slack.face import Face, Payload, Person
from bot.slack.listeners import home
from bot.slack.wire.directory import SlackDirectory, groups_of

_REMEMBERED = 2048


class Seen:
    """The events of the last while. Slack sends an event again when it did not hear the answer to the first."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def first_time(self, event_id: object) -> bool:
        """Whether this event was not seen before. An event without an ID always counts as new."""
        if not isinstance(event_id, str) or not event_id:
            return True
        with self._lock:
            if event_id in self._ids:
                return False
            self._ids[event_id] = None
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)
        return True


def home_opened(face: Face, body: Payload) -> None:
    """Show the Home tab as it is now."""
    event = body.get("event") or {}
    if event.get("tab") == "home":
        person = Person(UserId(str(event.get("user") or "")), TeamId(str(body.get("team_id") or "")))
        home.publish(face, person)


def account_changed(directory: SlackDirectory, body: Payload) -> None:
    """Keep the local copy up to date."""
    user = (body.get("event") or {}).get("user")
    if isinstance(user, dict) and user.get("id"):
        directory.saw(user)


def group_changed(face: Face, body: Payload) -> None:
    """Read a user group anew, if the policy names it."""
    event = body.get("event") or {}
    group = GroupId(str(event.get("subteam_id") or (event.get("subteam") or {}).get("id") or ""))
    if group in groups_of(face.world.policy):
        face.world.directory.refresh(frozenset(), frozenset({group}))
