"""A token request is read as RFC 6749 says, and what is wrong with it is said without repeating it."""

import base64
import re
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.logins.authentication import Presented
from bot.web import token, token_request
from bot.web.receiving import Envelope
from bot.web.refusal import Refusal
from bot.web.token_request import parse

FORM = "application/x-www-form-urlencoded"


def basic(identifier: str, secret: str, *, scheme: str = "Basic") -> str:
    pair = f"{quote_plus(identifier)}:{quote_plus(secret)}"
    return f"{scheme} {base64.b64encode(pair.encode()).decode()}"


def asked(
    *authorization: str, body: bytes | None = None, content_type=FORM, query=b"", **fields
) -> Presented | Refusal:
    fields = {"grant_type": "client_credentials", **fields}
    form = urlencode({name: value for name, value in fields.items() if value is not None}).encode()
    return parse(
        Envelope(
            content_type=content_type,
            authorization=authorization,
            query=query,
            body=form if body is None else body,
            address="192.0.2.1",
        )
    )


def test_the_example_of_the_rfc_is_understood():
    # RFC 6749, section 2.3.1 and 4.4.2: the header's example pair.
    presented = asked("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3")
    assert (presented.client_id, presented.proof.disclose()) == ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw")


def test_the_pair_may_stand_in_the_body():
    presented = asked(client_id="s6BhdRkqt3", client_secret="7Fjfp0ZBr1KtDRbnfVdmIw")
    assert (presented.client_id, presented.proof.disclose()) == ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw")
    assert presented.address == "192.0.2.1"


words = st.text(st.characters(codec="utf-8"), min_size=1)


@given(words, words)
def test_whatever_pair_goes_in_comes_out_by_either_way(identifier, secret):
    for presented in (asked(basic(identifier, secret)), asked(client_id=identifier, client_secret=secret)):
        assert (presented.client_id, presented.proof.disclose()) == (identifier, secret)


@given(st.binary(max_size=200), st.text(max_size=50), st.binary(max_size=20))
def test_no_request_is_answered_by_an_accident(body, authorization, query):
    assert isinstance(parse(Envelope(content_type=FORM, body=body)), Presented | Refusal)
    assert isinstance(asked(authorization, query=query), Presented | Refusal)


@given(st.binary(max_size=60))
def test_no_basic_header_is_answered_by_an_accident(pair):
    assert isinstance(asked("Basic " + base64.b64encode(pair).decode()), Presented | Refusal)


def test_the_scheme_is_not_case_sensitive():
    assert isinstance(asked(basic("a", "b", scheme="bAsIc")), Presented)


def test_a_secret_may_hold_a_colon():
    encoded = base64.b64encode(b"client:with:colons").decode()
    assert asked(f"Basic {encoded}").proof.disclose() == "with:colons"


def test_two_methods_at_once_are_refused():
    assert asked(basic("a", "b"), client_secret="b") == token_request.TWO_METHODS
    assert asked("Bearer x", client_secret="b") == token_request.TWO_METHODS


def test_the_client_id_beside_basic_must_be_the_same():
    assert isinstance(asked(basic("a", "b"), client_id="a"), Presented)
    assert asked(basic("a", "b"), client_id="c") == token_request.TWO_CLIENTS


def test_a_parameter_without_a_value_counts_as_omitted():
    assert isinstance(asked(basic("a", "b"), client_secret="", scope=""), Presented)
    assert asked(basic("a", "b"), grant_type="") == token_request.NO_GRANT_TYPE


@pytest.mark.parametrize("name", ["grant_type", "scope", "client_id", "unheard_of"])
def test_a_repeated_parameter_is_refused_though_it_may_say_the_same(name):
    body = f"grant_type=client_credentials&{name}=x&{name}=x".encode()
    assert asked(basic("a", "b"), body=body) == token_request.REPEATED


def test_an_empty_repetition_is_one_too():
    assert asked(basic("a", "b"), body=b"grant_type=client_credentials&scope=&scope=x") == token_request.REPEATED


def test_a_parameter_that_nobody_knows_is_ignored():
    assert isinstance(asked(basic("a", "b"), unheard_of="x"), Presented)


@pytest.mark.parametrize("kind", ["authorization_code", "password", "refresh_token", "CLIENT_CREDENTIALS"])
def test_another_grant_is_refused(kind):
    assert asked(basic("a", "b"), grant_type=kind) == token_request.OTHER_GRANT_TYPE


def test_no_grant_is_refused():
    assert asked(basic("a", "b"), grant_type=None) == token_request.NO_GRANT_TYPE


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data", "text/plain"])
def test_another_content_type_is_refused(content_type):
    assert asked(basic("a", "b"), content_type=content_type) == token_request.NOT_A_FORM


@pytest.mark.parametrize("content_type", [FORM.upper(), FORM + "; charset=UTF-8", FORM + ";charset=utf-8"])
def test_a_content_type_may_say_its_charset(content_type):
    assert isinstance(asked(basic("a", "b"), content_type=content_type), Presented)


@pytest.mark.parametrize("query", [b"client_secret=x", b"grant_type=client_credentials", b"x"])
def test_nothing_may_stand_in_the_address(query):
    assert asked(basic("a", "b"), query=query) == token_request.IN_THE_ADDRESS


@pytest.mark.parametrize("body", [b"\xff", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(33))])
def test_a_body_that_is_no_form_is_refused(body):
    assert asked(basic("a", "b"), body=body) == token_request.UNREADABLE


@pytest.mark.parametrize(
    "fields", [{}, {"client_id": "a"}, {"client_secret": "b"}, {"client_id": "a", "client_secret": ""}]
)
def test_half_a_pair_is_no_authentication(fields):
    assert asked(**fields) == token_request.NO_CLIENT


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Basic " + base64.b64encode(b":secret").decode(),
        "Basic " + base64.b64encode(b"client:").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic " + base64.b64encode(b"a:%ff").decode(),
        "Basic ключ",
        "Bearer abc",
        "Digest username=a",
    ],
)
def test_a_header_that_is_no_basic_pair_is_refused(header):
    assert asked(header) == token_request.BAD_BASIC


def test_two_authorization_headers_are_refused():
    assert asked(basic("a", "b"), basic("a", "b")) == token_request.BAD_BASIC


def test_a_scope_is_a_set_of_words():
    assert asked(basic("a", "b"), scope="users:read alerts:read").scope == {"users:read", "alerts:read"}
    assert asked(basic("a", "b")).scope is None


@pytest.mark.parametrize("scope", [" ", " a", "a ", "a  b", 'a"b', "a\\b", "a\nb", "naïve"])
def test_a_scope_of_other_characters_is_refused(scope):
    assert asked(basic("a", "b"), scope=scope) == token_request.BAD_SCOPE


SENTENCES = [v for module in (token, token_request) for v in vars(module).values() if isinstance(v, Refusal)]


@pytest.mark.parametrize("refusal", SENTENCES, ids=lambda r: r.sentence)
def test_every_sentence_keeps_to_the_characters_of_the_rfc(refusal):
    # RFC 6749, section 5.2: error_description.
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", refusal.sentence)


def test_no_repr_shows_what_was_sent():
    envelope = Envelope(content_type=FORM, authorization=("Basic topsecret",), query=b"topsecret", body=b"topsecret")
    assert "topsecret" not in repr(envelope)
