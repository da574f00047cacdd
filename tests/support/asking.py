"""A program held against its own OpenAPI document, by requests that schemathesis makes of it.

Runs in a process of its own, where `tests.support.description` starts it: what Hypothesis makes up depends on which
modules are loaded, so that only there the requests are the same each time.
"""

import base64
import ipaddress
import json
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure

from bot.domain.central import Central, Rate
from bot.domain.ids import EstateKey
from bot.domain.role import Permission
from bot.domain.route import Route
from bot.web.proxies import Proxies
from tests.support.people import make_policy
from tests.support.web import API, Door, FakeStore, known_client, order, served

CONFORMANCE = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
_OF_THE_WIRE = {"connection", "content-length", "content-type", "date"}
_MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
_GRANT = {"grant_type": "client_credentials"}
_PATIENCE = 60


@dataclass
class Described:
    """A program that runs. `known`: values that mean something there, by the name of their parameter or field."""

    address: str
    known: Mapping[str, str]
    authorizations: Sequence[str]
    """Values of the header that open something, or once did."""
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        load_all_checks()
        self.checks = [*CHECKS.get_by_names(CONFORMANCE), undocumented_header]
        self.shown = ["", "Bearer x", *self.authorizations]
        schema = schemathesis.openapi.from_url(f"{self.address}/openapi.json")
        self.operations = {(found := each.ok()).label: found for each in schema.get_all_operations()}

    def hold(self, label: str, examples: int) -> set[int]:
        """Right requests, bare ones, and so many that are made up; the statuses that were seen."""
        operation = self.operations[label]
        shown = self.shown if operation.definition.raw.get("security") else [""]
        seen = {
            self._ask(self._case(operation, known, header), header)
            for known in (self.known, {"id": self.known["id"]})
            for header in shown
        }

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def made_up(data):
            case = data.draw(operation.as_strategy(data.draw(st.sampled_from(_MODES))))
            for container in (case.path_parameters, case.headers, case.query, case.body):
                if isinstance(container, MutableMapping):
                    for name in sorted(self.known.keys() & container.keys()):
                        if data.draw(st.booleans()):
                            container[name] = self.known[name]
            seen.add(self._ask(case, data.draw(st.sampled_from(shown))))

        made_up()
        return seen

    def _ask(self, case, shown: str) -> int:
        headers = {"Authorization": shown} if shown else {}
        answer = case.call(base_url=self.address, session=self.session, headers=headers, timeout=_PATIENCE)
        case.validate_response(answer, checks=self.checks)
        return answer.status_code

    def _case(self, operation, known: Mapping[str, str], shown: str):
        """What the operation takes, as far as it is known. Who shows a header shows no secret beside it."""
        places = {
            place: {each.name: known[each.name] for each in getattr(operation, place) if each.name in known}
            for place in ("path_parameters", "headers", "query")
        }
        fields = {name for body in operation.body for name in body.definition["schema"]["properties"]}
        form = {name: known[name] for name in fields & known.keys() if not (shown and name.startswith("client_"))}
        body = {"body": form, "media_type": "application/x-www-form-urlencoded"} if fields else {"body": NOT_SET}
        return operation.Case(**places, **body)


def undocumented_header(_context, response, case) -> None:
    """schemathesis looks whether what is documented is there, and not whether what is there is documented."""
    documented = case.operation.responses.find_by_status_code(response.status_code)
    names = set() if documented is None else {name.lower() for name, _ in documented.headers.items()}
    if stray := {name.lower() for name in response.headers} - names - _OF_THE_WIRE:
        raise Failure(operation=case.operation.label, title="Undocumented header", message=", ".join(sorted(stray)))


class Forgetting(FakeStore):
    """Where a revocation changes nothing, so that the same token can be shown on."""

    @property
    def revocations(self) -> "Forgetting":
        return self

    def add(self, *_revocation: object) -> bool:
        """It is there already."""
        return False


@contextmanager
def application(calls: int) -> Iterator[Described]:
    """The web application over fakes, with what opens it.

    `calls`: that each credential has at its Sophos-shaped door. One of three has none any more.
    """
    policy = make_policy()
    estate = next(iter(policy.estates.values()))
    whole = replace(estate, key=EstateKey("whole"), id=policy.organization.id, name="All of it")
    central = Central(rate=Rate(minute=60, burst=calls, day=10**9))
    route = Route(methods=frozenset({"GET"}), path="/v1/users", permission=Permission.USERS_READ)
    policy = replace(policy, estates={**policy.estates, whole.key: whole}, central=central, routes=(route,))
    believed = Proxies([ipaddress.ip_network("127.0.0.0/8")])
    door = Door(policy=policy, proxies=believed, store=Forgetting())
    others = [door.authority.issue(order()) for _ in range(2)]
    for each in others:
        door.clients.put(known_client(each, estate=whole.key))
    with served(door.app()) as address:
        found = program(address, [(str(each.client_id), each.secret.disclose()) for each in (door.issued, *others)])
        with httpx.Client(base_url=address, headers={"Authorization": found.authorizations[-1]}) as client:
            while client.get("/whoami/v1").status_code != httpx.codes.TOO_MANY_REQUESTS:
                pass
        known = {"X-Organization-ID": str(policy.organization.id), "X-Tenant-ID": str(estate.id), "id": str(estate.id)}
        known |= {"resource": API, "X-Original-Method": "GET", "X-Original-URI": "/v1/users", "pageTotal": "true"}
        yield replace(found, known={**found.known, **known})


def program(address: str, pairs: Sequence[tuple[str, str]]) -> Described:
    """A program by the credentials that work there."""
    logins = [httpx.post(f"{address}/oauth2/token", data=_GRANT, auth=pair).raise_for_status() for pair in pairs]
    tokens = [login.json()["access_token"] for login in logins]
    client_id, secret = pairs[0]
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    known = {"client_id": client_id, "client_secret": secret, "token": tokens[0], "id": client_id, **_GRANT}
    return Described(address, known, [f"Basic {basic}", *(f"Bearer {token}" for token in tokens)])


def told(described: Described, examples: Mapping[str, int], rest: int) -> str:
    """By operation, which statuses were seen."""
    seen = {label: described.hold(label, examples.get(label, rest)) for label in described.operations}
    return json.dumps({label: sorted(statuses) for label, statuses in seen.items()})


if __name__ == "__main__":
    examples, rest, pair = json.loads(sys.argv[1]), int(sys.argv[2]), json.loads(os.environ["DESCRIBED_PAIR"])
    if pair is None:
        with application(calls=60 + 5 * max([rest, *examples.values()])) as over_fakes:
            sys.stdout.write(told(over_fakes, examples, rest))
    else:
        sys.stdout.write(told(program(os.environ["DESCRIBED_AT"], [tuple(pair)]), examples, rest))
