"""What was asked, and of what: the same for everybody who looks at a request.

`subject` is the credential that it is about, as it is now, where that exists. What helps to decide (who has it, when it
was used last, until when it works) is read from it while there is something to decide, and not after: then it has
moved on.
"""

from bot.domain.client_key import ClientKey, has_address
from bot.domain.credential import Credential, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.ids import BUILTIN
from bot.domain.kind import Kind
from bot.domain.request import Request, State
from bot.slack.cards.pieces import Json, Known, context, fields, section
from bot.slack.cards.wording import by_key, proof
from bot.slack.text import escape, mention, quote, when

_QUOTE_MAX = 2900
_UNDECIDED = (State.PENDING, State.APPROVED)


def particulars(request: Request, known: Known, subject: Credential | None = None) -> list[Json]:
    """All of it, with the reason and what may be dangerous."""
    asked_for, role = request.asked, known.policy.roles.get(request.asked.role)
    undecided = request.state in _UNDECIDED
    summary = "" if role is None else f"\n{escape(role.summary)}"
    blocks = [
        section(f"*{known.role(asked_for.role)}* in *{known.estate(asked_for.estate)}*{summary}"),
        fields(
            ("Asked by", mention(asked_for.requester)),
            *_people(request, subject if undecided else None),
            ("Name", f"`{asked_for.name}`"),
            *_dates(request, known, subject if undecided else None),
            *([("Lives in", known.place(asked_for.authority))] if asked_for.authority != BUILTIN else []),
        ),
    ]
    if asked_for.key:
        blocks.append(section(_authenticates(asked_for.key)))
    if asked_for.reason:
        blocks.append(section(f"*Reason*\n{quote(asked_for.reason, _QUOTE_MAX)}"))
    if asked_for.description:
        blocks.append(section(f"*What it is*\n{quote(asked_for.description, _QUOTE_MAX)}"))
    if role is not None and role.warning and undecided and asked_for.kind is not Kind.DELETE:
        blocks.append(section(f"⚠️ *{escape(role.warning)}*"))
    if subject is not None and undecided:
        blocks += [context(told) for told in _secrets(request, subject)]
    return blocks


def _authenticates(key: ClientKey) -> str:
    told = f"*No secret.* It authenticates by {by_key(key)}."
    if has_address(key):
        return f"{told}\n⚠️ Whoever can change what stands there can authenticate as this credential."
    return told


def at_a_glance(request: Request, known: Known) -> Json:
    """The four things that somebody who was just handed it wants to know."""
    asked_for = request.asked
    return fields(
        ("Role", known.role(asked_for.role)),
        ("Estate", known.estate(asked_for.estate)),
        ("Works until", _end(request, known)),
        ("Asked by", mention(asked_for.requester)),
    )


def what(request: Request, known: Known) -> str:
    """`Service Principal Read-Only in Harbour Retail`."""
    return f"{known.role(request.asked.role)} in {known.estate(request.asked.estate)}"


def _people(request: Request, subject: Credential | None) -> list[tuple[str, str]]:
    owner = mention(request.asked.owner)
    if request.asked.kind is not Kind.TRANSFER:
        return [("Owner", owner)]
    before = [] if subject is None else [("Owner now", mention(subject.owner))]
    return [*before, ("New owner", owner)]


def _dates(request: Request, known: Known, subject: Credential | None) -> list[tuple[str, str]]:
    if subject is None:
        return [("Works until", _end(request, known))]
    used = "never" if subject.last_used_at is None else when(subject.last_used_at)
    ends = ("Works until", _end(request, known))
    if subject.expires_at != request.asked.expires_at:
        ends = ("Would work until", f"{_end(request, known)}, instead of {known.end(subject.expires_at)}")
    return [ends] if subject.tracked else [ends, ("Last used", used)]


def _secrets(request: Request, subject: Credential) -> list[str]:
    """What an approver would want to know of its secrets."""
    if request.asked.kind is Kind.DELETE and subject.state is CredentialState.SUSPENDED:
        return ["It is suspended at the moment, so nothing authenticates with it."]
    if request.asked.kind is Kind.ROTATE and not any(s.state is not SecretState.RETIRED for s in subject.secrets):
        ended = f"Its {proof(subject)} was ended when this was asked for"
        return [f"{ended}: nothing authenticates until the new one is in place."]
    return []


def _end(request: Request, known: Known) -> str:
    return known.end(request.asked.expires_at)
