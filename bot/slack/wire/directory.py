"""Who is who in the workspace: answered from a local copy, read anew from Slack where a decision rests on it.

Many clicks at once ask once: whoever asks while a reading is under way gets one that began after they asked, shared
with all who wait for it. So an answer is never older than its question, and a crowd is no storm.
"""

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.ids import GroupId, TeamId, UserId
from bot.domain.person import Member, Membership
from bot.domain.policy import Policy
from bot.ports import Clock, DirectoryUnavailableError
from bot.slack.wire.web_api import UNANSWERED

_PAGE = 200
_AT_ONCE = 6
_GONE = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NO_GROUP = frozenset({"no_such_subteam", "subteam_not_found", "invalid_usergroup"})


class RosterCopy(Protocol):
    """The local copy: reads from memory, writes that last."""

    def member(self, user: UserId) -> Member | None: ...
    def group(self, group: GroupId) -> frozenset[UserId]: ...
    def save_members(self, members: Iterable[Member], at: datetime) -> None: ...
    def save_group(self, group: GroupId, users: frozenset[UserId]) -> None: ...


class SlackDirectory:
    """`bot.ports.Directory` over Slack's Web API. Safe to use from any thread."""

    def __init__(self, client: WebClient, copy: RosterCopy, clock: Clock) -> None:
        self._client: Final = client
        self._copy: Final = copy
        self._clock: Final = clock
        self._readings: Final = _Readings()

    def member(self, user: UserId) -> Member | None:
        """The account as last read."""
        return self._copy.member(user)

    def group(self, group: GroupId) -> frozenset[UserId]:
        """Who is in the user group, as last read."""
        return self._copy.group(group)

    def refresh(self, users: frozenset[UserId], groups: frozenset[GroupId]) -> None:
        """Read these anew, and whoever is in the groups and was never read. Raises `DirectoryUnavailableError`."""
        self._read_all([*self._of_groups(groups), *self._of_users(users)])
        newcomers = {u for group in groups for u in self.group(group) if self.member(u) is None} - users
        self._read_all(self._of_users(newcomers))

    def read_everybody(self, policy: Policy) -> None:
        """Read all accounts and the policy's groups: at the start and every night. Raises the same."""
        cursor = ""
        while True:
            answer = self._call(partial(self._client.users_list, limit=_PAGE, cursor=cursor))
            self._copy.save_members([member_of(user) for user in answer.get("members") or []], self._clock.now())
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        self._read_all(self._of_groups(groups_of(policy)))

    def saw(self, user: Mapping[str, Any]) -> None:
        """Slack told us of a change to an account."""
        self._copy.save_members([member_of(user)], self._clock.now())

    def _of_users(self, users: Iterable[UserId]) -> list[Callable[[], None]]:
        return [partial(self._readings.since_now, user, partial(self._read_user, user)) for user in sorted(users)]

    def _of_groups(self, groups: Iterable[GroupId]) -> list[Callable[[], None]]:
        return [partial(self._readings.since_now, group, partial(self._read_group, group)) for group in sorted(groups)]

    def _read_all(self, readings: list[Callable[[], None]]) -> None:
        if len(readings) == 1:
            readings[0]()
        elif readings:
            with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(readings))) as threads:
                for _done in threads.map(lambda reading: reading(), readings):
                    pass

    def _read_user(self, user: UserId) -> None:
        answer = self._call(partial(self._client.users_info, user=user), absent=_GONE)
        known = self.member(user)
        if answer:
            self._copy.save_members([member_of(answer["user"])], self._clock.now())
        elif known is not None:
            self._copy.save_members([replace(known, active=False)], self._clock.now())

    def _read_group(self, group: GroupId) -> None:
        answer = self._call(partial(self._client.usergroups_users_list, usergroup=group), absent=_NO_GROUP)
        self._copy.save_group(group, frozenset(UserId(user) for user in answer.get("users") or []))

    def _call(self, call: Callable[[], Any], *, absent: frozenset[str] = frozenset()) -> Mapping[str, Any]:
        """Slack's answer; empty where what was asked for does not exist."""
        try:
            answer: Mapping[str, Any] = call().data
        except SlackApiError as refused:
            if refused.response.get("error") in absent:
                return {}
            raise DirectoryUnavailableError(str(refused.response.get("error"))) from None
        except UNANSWERED as reason:
            raise DirectoryUnavailableError(type(reason).__name__) from None
        return answer


def member_of(user: Mapping[str, Any]) -> Member:
    """An account as Slack describes it."""
    profile = user.get("profile") or {}
    full_name = str(profile.get("real_name") or user.get("real_name") or "")
    name = profile.get("display_name") or full_name or user.get("name")
    return Member(
        user=UserId(user["id"]),
        team=TeamId(user.get("team_id") or ""),
        name=str(name or user["id"]),
        full_name=full_name,
        membership=_membership(user),
        active=not user.get("deleted", False),
        time_zone=user.get("tz") or None,
    )


def groups_of(policy: Policy) -> frozenset[GroupId]:
    """Every user group that the policy names."""
    circles = (
        policy.admins,
        policy.auditors,
        policy.break_glass.circle,
        policy.escalation.circle,
        *policy.estate_admins.values(),
        *(rule.circle for rule in policy.approvers),
    )
    return frozenset(group for circle in circles for group in circle.groups)


def _membership(user: Mapping[str, Any]) -> Membership:
    if user.get("is_bot") or user.get("is_workflow_bot") or user["id"] == "USLACKBOT":
        return Membership.BOT
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger"):
        return Membership.GUEST
    return Membership.MEMBER


@dataclass(slots=True)
class _Reading:
    """The newest reading of one thing: when it began, and how it failed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    began: int = 0
    failure: DirectoryUnavailableError | None = None


class _Readings:
    """Shares each reading among all who asked before it began."""

    def __init__(self) -> None:
        self._ticket = itertools.count(1)
        self._lock = threading.Lock()
        self._newest: dict[str, _Reading] = {}

    def since_now(self, key: str, read: Callable[[], None]) -> None:
        """Return once a reading that began after this call has ended. Raises `DirectoryUnavailableError`."""
        with self._lock:
            asked = next(self._ticket)
            reading = self._newest.setdefault(key, _Reading())
        with reading.lock:
            if reading.began < asked:
                reading.began, reading.failure = next(self._ticket), None
                try:
                    read()
                except DirectoryUnavailableError as failure:
                    reading.failure = failure
                except BaseException:
                    reading.began = 0  # nobody else may take it for done
                    raise
            if reading.failure is not None:
                raise DirectoryUnavailableError(str(reading.failure))
