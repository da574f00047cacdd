"""The OpenAPI document is true: every address and method that there is, and every answer that comes."""

import pytest

from tests.support.description import held
from tests.support.web import Door, visiting

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
EXPECTED = {
    "POST /oauth2/token": {200, 400, 401},
    "POST /oauth2/introspect": {200, 400, 401},
    "POST /oauth2/revoke": {200, 400, 401},
    "POST /api/v2/oauth2/token": {200, 400, 401},
    "GET /whoami/v1": {200, 401, 429},
    "GET /organization/v1/tenants": {200, 400, 401, 403, 429},
    "GET /organization/v1/tenants/{id}": {200, 400, 401, 403, 429},
    "GET /common/v1/roles": {200, 400, 401, 429},
    "GET /authorize": {200, 401, 403},
}
"""Without these the requests have not come far. None of them hangs on what is made up."""


@pytest.fixture(scope="module")
def document():
    with visiting(Door().app()) as client:
        return client.get("/openapi.json").json()


def test_it_describes_every_address_and_no_other(document):
    assert set(document["paths"]) == {route.path for route in Door().app().routes}


def test_a_method_that_it_does_not_describe_is_refused(document):
    with visiting(Door().app()) as client:
        for path, item in document["paths"].items():
            methods = {method.upper() for method in item}
            for method in METHODS - methods:
                answer = client.request(method, path.replace("{id}", "x"))
                assert (method, path, answer.status_code) == (method, path, 405)
                assert set(answer.headers["allow"].split(", ")) == methods


def test_every_answer_is_one_that_it_describes():
    """The same requests each time; many more in `tests/soak/test_description.py`."""
    seen = held(dict.fromkeys(EXPECTED, 10), 2, patience=250)
    for label, statuses in EXPECTED.items():
        assert statuses <= seen[label], label
