"""A diagnosis in two sentences: what is in the way, and what to do. The only place of these texts.

How people, instants and words to type are written is the reader's: a `Speech`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.credential import Credential
from bot.domain.ids import UserId
from bot.domain.refusals import Refusals
from bot.domain.suspension import ASKED
from bot.service.logins.diagnosis import Diagnosis, Finding


class Speech(Protocol):
    """How the place where it is read writes things."""

    def person(self, user: UserId) -> str: ...
    def when(self, moment: datetime) -> str: ...
    def code(self, text: str) -> str:
        """Something to type, or to find again letter by letter. Of any text, and harmless."""


def cause(found: Diagnosis, speech: Speech) -> str:
    """What is in the way."""
    return _SAID[found.finding][0](found, speech)


def remedy(found: Diagnosis, speech: Speech) -> str:
    """What to do."""
    return _SAID[found.finding][1](found, speech)


def _of(found: Diagnosis) -> Credential:
    """The credential of a finding that has one."""
    if found.credential is None:
        raise AssertionError(f"{found.finding} is about a credential.")
    return found.credential


def _named(found: Diagnosis, speech: Speech) -> str:
    return speech.code(_of(found).name)


def _cred(verb: str) -> Callable[[Diagnosis, Speech], str]:
    return lambda found, speech: speech.code(f"/cred {verb} {_of(found).name}")


def _at(found: Diagnosis, speech: Speech, before: str = " ") -> str:
    return "" if found.at is None else f"{before}{speech.when(found.at)}"


def _suspended(found: Diagnosis, speech: Speech) -> str:
    suspension = _of(found).suspension
    by = "Cred itself" if suspension is None or suspension.by is None else speech.person(suspension.by)
    why = "" if suspension is None or suspension.why == ASKED else f", because {suspension.why}"
    return f"{_named(found, speech)} is suspended, by {by}{_at(found, speech, ', ')}{why}."


def _wrong(found: Diagnosis, speech: Speech) -> str:
    refusals = _told(found)
    last = speech.when(refusals.last_at)
    times = f"once, {last}"
    if refusals.count > 1:
        times = f"{refusals.count} times since {speech.when(refusals.since)}, the last one {last}"
    used = _of(found).last_used_at
    before = "It was never used." if used is None else f"It was last used {speech.when(used)}."
    return f"Its client shows a wrong secret: {times}{_from(refusals, speech)}. {before}"


def _mend_wrong(found: Diagnosis, speech: Speech) -> str:
    refusals = _told(found)
    if refusals.mistyped == refusals.count:
        return "What it shows begins like a secret of mine and is mistyped or cut off: copy the whole of it once more."
    if found.at is not None:
        return (
            f"A secret of it was retired {speech.when(found.at)}: give the program the one that was made after it, or "
            f"rotate once more with {_cred('rotate')(found, speech)}."
        )
    return f"Give the program the secret that its owner stored; if nobody has it, {_cred('rotate')(found, speech)}."


def _told(found: Diagnosis) -> Refusals:
    if found.refusals is None:
        raise AssertionError(f"{found.finding} is about refusals.")
    return found.refusals


def _from(refusals: Refusals, speech: Speech) -> str:
    others = " and other addresses" if refusals.elsewhere else ""
    return f", from {', '.join(map(speech.code, refusals.addresses))}{others}" if refusals.addresses else ""


_CAUSES = {
    "scope": "it asked for a scope that it does not have",
    "target": "it asked for a resource that we do not name",
}


def _refused(found: Diagnosis, speech: Speech) -> str:
    refusals = _told(found)
    why = _CAUSES.get(refusals.cause, refusals.cause)
    return f"Its last login was refused {speech.when(refusals.last_at)}{_from(refusals, speech)}: {why}."


def _mend_refused(found: Diagnosis, speech: Speech) -> str:
    match _told(found).cause:
        case "scope":
            held = " ".join(sorted(_of(found).permissions))
            return f"Let its client ask for no scope, or only for some of {speech.code(held)}."
        case "target":
            return f"Name that address under {speech.code('audiences')} of {speech.code('[tokens]')} in the policy."
        case cause_ if "time" in cause_ or "over" in cause_:
            return "Set its client's clock by the network (NTP), and let it sign an assertion anew for each login."
        case _:
            return "Look at how its client logs in: docs/oauth.md says what is accepted."


def _clock(found: Diagnosis, speech: Speech) -> str:
    ahead = 0 if found.at is None else int((found.at - found.now).total_seconds())
    return f"That token begins only{_at(found, speech)}: its maker's clock is {ahead} seconds ahead of mine."


def _estate(found: Diagnosis, speech: Speech) -> str:
    asked = found.question.estate or ""
    known = "" if found.estate is not None else ", which is none of the policy's estates"
    own = speech.code(_of(found).estate)
    return f"{_named(found, speech)} is of the estate {own}, and not of {speech.code(asked)}{known}."


def _call(found: Diagnosis, speech: Speech) -> str:
    return speech.code(f"{found.question.method.upper()} {found.question.path}")


def _weak(found: Diagnosis, speech: Speech) -> str:
    role, needs = speech.code(_of(found).role), speech.code(found.permission or "")
    return f"Its role {role} is too weak for {_call(found, speech)}: that needs {needs}."


def _healthy(found: Diagnosis, speech: Speech) -> str:
    used = "never used" if found.at is None else f"last used {speech.when(found.at)}"
    last = next((s for s in _of(found).secrets if s.last_used_at == found.at), None)
    place = f" from {speech.code(last.last_used_from)}" if last is not None and last.last_used_from else ""
    return f"Nothing is wrong with {_named(found, speech)}: {used}{place}."


def _mend_healthy(found: Diagnosis, speech: Speech) -> str:
    if found.question.path is not None:
        return f"{_call(found, speech)} may be made with its tokens."
    if found.at is None:
        return "If its program gets no token, see that it shows this client ID at this address: it never came here."
    asked = speech.code(f"cred credential why {found.question.client_id} --method GET --path /…")
    return f"If a call is refused all the same, its role may be too weak for that: {asked}, where Cred runs, says so."


def _says(text: str) -> Callable[[Diagnosis, Speech], str]:
    return lambda _found, _speech: text


_SAID: Mapping[Finding, tuple[Callable[[Diagnosis, Speech], str], Callable[[Diagnosis, Speech], str]]] = {
    Finding.NOTHING: (_healthy, _mend_healthy),
    Finding.UNKNOWN: (
        _says("No credential has this client ID, and none ever had."),
        _says("See that the program is set up for this Cred, and copy the ID from its credential's card."),
    ),
    Finding.TYPO: (
        lambda f, s: (
            f"No credential has this client ID; it looks like a typo of {s.code(_of(f).client_id)}, "
            f"which is {_named(f, s)}."
        ),
        _says("Copy the ID anew; none is typed by hand."),
    ),
    Finding.NO_ID: (
        _says("This is no client ID: those that Cred gives are 36 characters of the form of a UUID."),
        _says("Copy it anew, whole, from its credential's card."),
    ),
    Finding.SECRET: (
        _says("That begins like a client secret, and is no client ID. Whoever can read it here has it now."),
        _says("Ask again with the client ID, and rotate the credential that this secret is of."),
    ),
    Finding.ELSEWHERE: (
        lambda f, s: f"{_named(f, s)} lives at {s.code(_of(f).authority)}: Cred never sees it log in.",
        _says("Look there: at its page with credentials."),
    ),
    Finding.DELETED: (
        lambda f, s: f"{_named(f, s)} was deleted{_at(f, s)}, for good.",
        lambda _, s: f"Ask for another one with {s.code('/cred add')}.",
    ),
    Finding.DELETING: (
        lambda f, s: f"{_named(f, s)} is being deleted, and no longer authenticates.",
        lambda f, s: f"That can be undone{_at(f, s, ' until ')}: press Undo in {_cred('show')(f, s)}.",
    ),
    Finding.EXPIRED: (
        lambda f, s: f"{_named(f, s)} has expired{_at(f, s)}.",
        lambda f, s: f"Ask for another one like it: Add again in {_cred('show')(f, s)}.",
    ),
    Finding.SUSPENDED: (_suspended, lambda f, s: f"{_cred('resume')(f, s)} asks for an approval to let it work again."),
    Finding.RETIRED: (
        lambda f, s: f"No secret of {_named(f, s)} works any more; the last one was retired{_at(f, s)}.",
        lambda f, s: f"{_cred('rotate')(f, s)} asks for a new one.",
    ),
    Finding.WRONG_SECRET: (_wrong, _mend_wrong),
    Finding.REFUSED: (_refused, _mend_refused),
    Finding.OTHER_CLIENT: (
        lambda f, s: f"That token is of another client than {_named(f, s)}.",
        _says("See which credential the program is set up with."),
    ),
    Finding.OVER: (
        lambda f, s: f"That token was over{_at(f, s)}.",
        _says("Let the program get a new one before the end of the old one, and see that its clock is right (NTP)."),
    ),
    Finding.CLOCK: (_clock, _says("Set both clocks by the network (NTP).")),
    Finding.ESTATE: (
        _estate,
        lambda _, s: f"Use a credential of that estate; {s.code('/cred add')} asks for one.",
    ),
    Finding.NO_ROUTE: (
        lambda f, s: f"Nobody may make the call {_call(f, s)}: no route of the policy is for it.",
        lambda _, s: f"If it is to be made, write a {s.code('[[routes]]')} for it in the policy file.",
    ),
    Finding.PERMISSION: (
        _weak,
        _says("Ask for a credential of a role that has it; the least one that does is enough."),
    ),
}
