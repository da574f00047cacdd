"""The story check: the tables of the present held against the ledger, entry by entry.

Every request, vote, credential and secret has its entries, no entry lacks its row, and no table holds anything that the
entries do not tell. `ledger.verify` shows that nobody changed the past; this shows that the present follows from it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.domain.credential import Credential
from bot.domain.request import Request
from bot.ports import Reader
from bot.service.story import Story, ToldCredential, ToldRequest
from ledger import OpenEntry

PersonOf = Callable[[str], str | None]
"""From the ledger's person ID to the user of the workspace; None once that person was erased."""


def check_story(reader: Reader, entries: Iterable[OpenEntry], person_of: PersonOf) -> list[str]:
    """Everything in which tables and entries disagree, each a sentence; none if the tables follow from the entries.

    Reader and entries must be one consistent view.
    """
    story = Story()
    for entry in entries:
        story.take(entry.index, entry.event.kind, entry.event.actor, dict(entry.event.body))
    return [*story.wrong, *_requests(reader, story, person_of), *_credentials(reader, story, person_of)]


def _requests(reader: Reader, story: Story, person_of: PersonOf) -> Iterator[str]:
    untold = dict(story.requests)
    for request in reader.requests.each():
        told = untold.pop(str(request.id), None)
        if told is None:
            yield f"request {request.code} stands in the table, and no entry tells of its opening"
        else:
            yield from _differences(f"request {request.code}", _of_request(request), _told_request(told, person_of))
    for missing in untold.values():
        yield f"request {missing.opened['request']} was opened by an entry, and its row is missing"


def _credentials(reader: Reader, story: Story, person_of: PersonOf) -> Iterator[str]:
    untold = dict(story.credentials)
    for credential in reader.credentials.each():
        told = untold.pop(str(credential.id), None)
        if told is None:
            yield f"credential {credential.name} stands in the table, and no entry tells of its issue"
        else:
            what = f"credential {credential.name}"
            yield from _differences(what, _of_credential(credential), _told_credential(told, person_of))
    for missing in untold.values():
        yield f"credential {missing.issued['name']} was issued by an entry, and its row is missing"


def _differences(what: str, stands: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    for name, value in stands.items():
        if told[name] is not None and told[name] != value:
            yield f"{what}: {name} is {value!s} in the table and {told[name]!s} by the entries"


def _of_request(request: Request) -> dict[str, Any]:
    asked = request.asked
    return {
        "credential": str(request.credential),
        "requester": asked.requester,
        "owner": asked.owner,
        "estate": asked.estate,
        "role": asked.role,
        "name": asked.name,
        "permissions": sorted(request.permissions),
        "quorum": request.quorum,
        "policy": request.policy,
        "digest": request.digest,
        "state": str(request.state),
        "votes": sorted((str(vote.voter), str(vote.verdict)) for vote in request.votes),
    }


def _told_request(told: ToldRequest, person_of: PersonOf) -> dict[str, Any]:
    voters = {voter: person_of(voter) for voter, _ in told.votes}
    votes = sorted((voters[voter] or "", verdict) for voter, verdict in told.votes)
    return {
        **told.opened,
        "requester": person_of(told.requester),
        "owner": person_of(told.opened["owner"]),
        "permissions": sorted(told.opened["permissions"]),
        "state": told.state,
        "votes": votes if all(voters.values()) else None,
    }


def _of_credential(credential: Credential) -> dict[str, Any]:
    return {
        "request": str(credential.request),
        "client_id": str(credential.client_id),
        "authority": credential.authority,
        "owner": credential.owner,
        "estate": credential.estate,
        "role": credential.role,
        "name": credential.name,
        "state": str(credential.state),
        "secrets": {
            str(s.id): (s.fingerprint, str(s.state), str(s.receipt), str(s.delivery)) for s in credential.secrets
        },
    }


def _told_credential(told: ToldCredential, person_of: PersonOf) -> dict[str, Any]:
    return {
        **told.issued,
        "owner": person_of(told.issued["owner"]),
        "state": told.state,
        "secrets": {
            key: (s.fingerprint, str(s.state), str(s.receipt), str(s.delivery)) for key, s in told.secrets.items()
        },
    }
