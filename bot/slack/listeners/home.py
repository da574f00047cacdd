"""The Home tab: drawn when somebody opens it, and drawn anew while they may be looking at it.

No state changes without an entry of the ledger. So as long as the ledger has not grown since a tab was made, the tab is
what it should be; where it has grown, the tab is made anew, and sent if it is another. Many changes at once are one
drawing, and nothing has to know whose tab a change touches. Only "last used" changes without an entry: it is as of the
last drawing.
"""

import hashlib
import json
import logging

from slack_sdk.errors import SlackApiError

from bot.domain.errors import Denied
from bot.ports import Gone, Place, Rejected, Undeliverable
from bot.service.reading import home as homes
from bot.service.reading.home import HomeView
from bot.slack import errors
from bot.slack.cards.home import home
from bot.slack.face import Face, Person, admitted, introduced
from bot.slack.listeners.clicks import Click, tell
from bot.slack.lookers import Looker
from bot.slack.page_mark import PageMark
from bot.slack.wire.web_api import UNANSWERED, meaning

_A_TURN = 16
"""Tabs that are made in one turn: with many lookers and many changes, the rest has its turn next."""
_log = logging.getLogger(__name__)


def publish(face: Face, person: Person, place: Place | None = None) -> None:
    """Show the tab to one person as things are now."""
    introduced(face, person)
    _draw(face, face.lookers.opened(person.user, person.team, face.world.clock.now(), place), anyway=True)


def turn(face: Face, click: Click) -> None:
    """Another page of this person's own credentials."""
    mark = PageMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
    else:
        publish(face, click.person, mark.place)


def refresh(face: Face) -> None:
    """Draw anew the tabs of those who may be looking, where something has changed in them."""
    if not face.lookers.any():
        return
    size = face.world.store.history.size()
    for looker in face.lookers.behind(size, face.world.clock.now(), most=_A_TURN):
        try:
            _draw(face, looker, anyway=False)
        except (SlackApiError, *UNANSWERED) as error:
            if not isinstance(meaning(error), Gone | Rejected | Undeliverable):
                _log.warning("Slack takes no Home tabs at the moment (%s); I try again.", type(error).__name__)
                return
            face.lookers.forget(looker)


def _draw(face: Face, looker: Looker, *, anyway: bool) -> None:
    with looker.lock:
        size = face.world.store.history.size()  # before all that is read for it: what comes after is drawn next time
        view = home(_view(face, looker), face.known)
        drawn = hashlib.sha256(json.dumps(view).encode()).hexdigest()
        if anyway or drawn != looker.drawn:
            face.client.views_publish(user_id=looker.user, view=view)
        looker.drawn, looker.size = drawn, size


def _view(face: Face, looker: Looker) -> HomeView:
    decision = admitted(face, Person(looker.user, looker.team))
    if isinstance(decision, Denied):
        return HomeView(decision=decision)
    return homes.home(face.world, looker.user, looker.place)
