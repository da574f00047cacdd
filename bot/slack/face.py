"""What every listener is given, and the first question of each: may this person do anything here at all?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient

from bot.domain.errors import Decision, Denied, Reason
from bot.domain.ids import TeamId, UserId
from bot.ports import DirectoryUnavailableError, World
from bot.service.reading import inventory
from bot.slack import errors
from bot.slack.background import Background, Task
from bot.slack.cards.pieces import Card, Json, Known
from bot.slack.lookers import Lookers
from bot.slack.reply import Replies

Payload = Mapping[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The parts that the listeners work with. Put together in `bot.main`."""

    world: World
    client: WebClient
    replies: Replies
    background: Background
    public_url: str
    """Where tokens are given out, without a slash at its end: the `curl` line shows it."""
    version: str
    lookers: Lookers = field(default_factory=Lookers)

    @property
    def known(self) -> Known:
        """What cards read names and progress from."""
        return Known(self.world.policy, self.world.directory)

    def later(self, task: Task, tell: Tell) -> bool:
        """Do the slow rest after the answer; what goes wrong is told to the person. False if there is no room."""

        def run() -> None:
            try:
                task()
            except Exception as error:  # noqa: BLE001 - whatever it is, the person who waits is told
                tell(errors.sentence_for(error, self.world.entropy))

        return self.background.submit(run)


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that waits for something to be written, or read in the workspace: made after the acknowledgement.

    A card, or a view to open: its trigger lives for 3 seconds.
    """

    make: Callable[[], Card | Json]


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and of which workspace: as Slack signed it."""

    user: UserId
    team: TeamId


def who(body: Payload) -> Person:
    """Who sent a command, pressed a button or sent a form. Somebody without a workspace is of no workspace."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return Person(UserId(str(user.get("id") or "")), TeamId(str(user.get("team_id") or "")))
    return Person(UserId(str(body.get("user_id") or "")), TeamId(str(body.get("team_id") or "")))


def admitted(face: Face, person: Person) -> Decision:
    """Whether somebody may act here. Local reads only: whoever was never read is unknown."""
    if person.team not in face.world.policy.organization.teams:
        return Denied(Reason.EXTERNAL, errors.EXTERNAL)
    return inventory.standing_of(face.world, person.user)


def unknown(decision: Decision) -> bool:
    """Whether the workspace has to be asked first."""
    return isinstance(decision, Denied) and decision.reason is Reason.UNKNOWN_PERSON


def introduced(face: Face, person: Person) -> Decision:
    """The same after asking the workspace, where somebody is not known yet. Not for the way to an answer."""
    decision = admitted(face, person)
    if not unknown(decision):
        return decision
    try:
        face.world.directory.refresh(frozenset({person.user}), frozenset())
    except DirectoryUnavailableError:
        return Denied(Reason.UNAVAILABLE, errors.NO_DIRECTORY)
    return admitted(face, person)
