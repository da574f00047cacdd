"""The modals that lie open, person by person, and each person's Home tab. No I/O, no clock.

A view's `hash` changes with each of its versions: whoever updates with an old one loses the race, and is told so.
"""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.blockkit.blocks import with_ids
from bot.sandbox.blockkit.inputs import State, carried_state
from bot.sandbox.blockkit.views import DEPTH

Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One version of a modal or of a Home tab, as its owner sees it."""

    id: str
    owner: str
    content: Content
    state: State
    hash: str
    errors: dict[str, str] = field(default_factory=dict)
    root_id: str
    previous_id: str | None = None


def _stamp() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def first_version(owner: str, content: Content, below: View | None = None) -> View:
    """A view that was just opened, on `below` if it was pushed."""
    name = f"V{secrets.token_hex(5).upper()}"
    kept = {**content, "blocks": with_ids(content["blocks"])}
    return View(
        id=name,
        owner=owner,
        content=kept,
        state=carried_state(kept["blocks"], {}),
        hash=_stamp(),
        root_id=below.root_id if below else name,
        previous_id=below.id if below else None,
    )


def next_version(view: View, content: Content) -> View:
    """The view with new content. What was typed stays wherever block and action keep their ids, as in Slack."""
    kept = {**content, "blocks": with_ids(content["blocks"])}
    state = carried_state(kept["blocks"], view.state)
    return replace(view, content=kept, state=state, hash=_stamp(), errors={})


@dataclass(slots=True)
class Modals:
    """Stacks of open modals, the top one last, and Home tabs."""

    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    homes_seen: dict[str, str] = field(default_factory=dict)
    """Which version of the Home tab each person has fetched last, by its hash."""

    def top(self, person: str) -> View | None:
        """What that person has before them."""
        stack = self.stacks.get(person)
        return stack[-1] if stack else None

    def find(self, view_id: str) -> View | None:
        """An open view or a Home tab, by its id."""
        opened = [view for stack in self.stacks.values() for view in stack]
        return next((view for view in [*opened, *self.homes.values()] if view.id == view_id), None)

    def external(self, name: str) -> View | None:
        """An open view by the id that the bot gave it."""
        opened = [view for stack in self.stacks.values() for view in stack]
        return next((view for view in opened if view.content.get("external_id") == name), None)

    def open(self, person: str, content: Content) -> View:
        """A new modal, alone: whatever lay open before goes."""
        view = first_version(person, content)
        self.stacks[person] = [view]
        return view

    def push(self, below: View, content: Content) -> View | None:
        """A modal on another; None where the stack is full."""
        stack = self.stacks[below.owner]
        if len(stack) >= DEPTH:
            return None
        view = first_version(below.owner, content, below)
        stack.append(view)
        return view

    def put(self, view: View) -> None:
        """Another version in the place of the one before."""
        if view.content["type"] == "home":
            self.homes[view.owner] = view
        else:
            stack = self.stacks[view.owner]
            stack[[each.id for each in stack].index(view.id)] = view

    def close(self, view: View) -> None:
        """Take one modal off the stack, and what lay on it."""
        stack = self.stacks[view.owner]
        del stack[[each.id for each in stack].index(view.id) :]

    def clear(self, person: str) -> None:
        """Close them all."""
        self.stacks.pop(person, None)

    def publish(self, person: str, content: Content) -> View:
        """Show a Home tab."""
        old = self.homes.get(person)
        view = next_version(old, content) if old else first_version(person, content)
        self.homes[person] = view
        return view

    def seen_home(self, person: str) -> bool:
        """Remember that this version was fetched. Says whether it had been before, or there is none yet."""
        home = self.homes.get(person)
        if home is None:
            return True
        again = self.homes_seen.get(person) == home.hash
        self.homes_seen[person] = home.hash
        return again
