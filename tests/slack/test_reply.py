"""A secret goes to Slack and to nobody else, and what became of it is known or said to be unknown."""

import logging
import threading

import httpx
import pytest

from bot.domain.credential import Delivery
from bot.slack.cards.plain import refusal
from bot.slack.reply import Replies
from tests.slack.double import hangs_up, says, stalls
from tests.support.sandbox import PATIENCE

CARD = refusal("made-up words")


@pytest.fixture
def replies(slack):
    made = Replies(slack.url, timeout=httpx.Timeout(PATIENCE))
    yield made
    made.close()


def _url(slack, path="actions/T0/1/secret-path"):
    return slack.url.removesuffix("api/") + path


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/actions/T0/1/x",
        "https://hooks.slack.com:443/actions/T0/1/x",
        "https://hooks.slack-gov.com/actions/T0/1/x",
        "https://HOOKS.slack.com/actions/T0/1/x",
        "http://127.0.0.1:8080/response/x",
    ],
)
def test_slack_is_allowed(url):
    assert Replies("http://127.0.0.1:8080/api/").allows(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.slack.com/x",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evil.example/hooks.slack.com",
        "https://evil.example#@hooks.slack.com/",
        "https://hooks.slack.com@evil.example/x",
        "https://user@hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com\\@evil.example/",
        "https://slack.com/x",
        "https://a.hooks.slack.com/x",
        "https://hooks.slack.com./x",
        "https://hooks.slack.com:x/",
        "https://[::1/x",
        "ftp://hooks.slack.com/x",
        "http://127.0.0.1:8081/response/x",
        "http://localhost:8080/response/x",
        "https://127.0.0.1:8080/response/x",
        "http://127.0.0.1/response/x",
        "file:///etc/passwd",
    ],
)
def test_anybody_else_is_not(url):
    assert not Replies("http://127.0.0.1:8080/api/").allows(url)


def test_without_an_address_of_its_own_only_slack_is_allowed():
    assert not Replies().allows("http://127.0.0.1:8080/x")


def test_nothing_is_sent_to_a_stranger(slack, replies):
    url = _url(slack).replace("127.0.0.1", "localhost")
    assert replies.privately(url, CARD) is Delivery.REFUSED
    assert slack.calls == []


def test_private_answer_leaves_the_clicked_message_alone(slack, replies):
    assert replies.privately(_url(slack), CARD) is Delivery.DELIVERED
    ((_path, body),) = slack.calls
    assert body["replace_original"] is False
    assert body["response_type"] == "ephemeral"
    assert body["text"] == "made-up words"


def test_answers_can_replace_and_delete(slack, replies):
    assert replies.in_place(_url(slack), CARD) is Delivery.DELIVERED
    assert replies.remove(_url(slack)) is Delivery.DELIVERED
    assert slack.calls[0][1]["replace_original"] is True
    assert slack.calls[1][1] == {"delete_original": True}


@pytest.mark.parametrize(
    ("answer", "delivery"),
    [
        (says(b"ok"), Delivery.DELIVERED),
        (says({"ok": False, "error": "expired_url"}), Delivery.REFUSED),
        (says({"ok": False}, 404), Delivery.REFUSED),
        (says({}, 410), Delivery.REFUSED),
        (says({}, 429, Retry_After="3"), Delivery.REFUSED),
        (says({}, 500), Delivery.UNKNOWN),
        (says({}, 503), Delivery.UNKNOWN),
        (says(b"<html>a proxy</html>"), Delivery.UNKNOWN),
        (says([1]), Delivery.UNKNOWN),
        (hangs_up, Delivery.UNKNOWN),
    ],
)
def test_what_slack_answers_is_what_became_of_it(slack, replies, answer, delivery):
    slack.next("actions/T0/1/secret-path", answer)
    assert replies.privately(_url(slack), CARD) is delivery
    assert len(slack.calls) == 1


def test_answer_that_is_too_late_is_not_known(slack):
    over = threading.Event()
    slack.next("actions/T0/1/secret-path", stalls(over))
    replies = Replies(slack.url, timeout=httpx.Timeout(PATIENCE, read=0.5))
    assert replies.privately(_url(slack), CARD) is Delivery.UNKNOWN
    over.set()
    replies.close()


def test_redirect_is_not_followed(slack, replies):
    slack.next("actions/T0/1/secret-path", says({}, 307, Location=_url(slack, "elsewhere")))
    assert replies.privately(_url(slack), CARD) is Delivery.REFUSED
    assert [path for path, _body in slack.calls] == ["actions/T0/1/secret-path"]


def test_nobody_listening_means_that_nobody_saw_it():
    replies = Replies("http://127.0.0.1:9/api/")
    assert replies.privately("http://127.0.0.1:9/x", CARD) is Delivery.REFUSED
    replies.close()


def test_neither_url_nor_words_reach_the_log(slack, replies, caplog):
    caplog.set_level(logging.DEBUG)
    slack.next("actions/T0/1/secret-path", says({}, 500))
    replies.privately(_url(slack), CARD)
    replies.privately("https://evil.example/secret-path", CARD)
    assert caplog.records
    assert "secret-path" not in caplog.text
    assert "made-up words" not in caplog.text
