"""The route table: closed by default, the first line that fits decides, and no path is read in two ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.role import Permission
from bot.domain.route import Route, route_of, segments_of


def route(methods: str, path: str, permission=Permission.USERS_READ) -> Route:
    return Route(methods=frozenset(methods.split()), path=path, permission=permission)


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        (
            "/users",
            ["/users", "/users?x=1", "/%75sers", "/users?a=/../b"],
            ["/users/", "/user", "/users/1", "/Users", "/"],
        ),
        ("/users/*", ["/users/1", "/users/a%20b", "/users/%C3%A9"], ["/users", "/users/", "/users/1/2"]),
        ("/users/*/roles", ["/users/1/roles"], ["/users//roles", "/users/1/2/roles", "/users/1/roles/"]),
        ("/v1/**", ["/v1", "/v1/", "/v1/a/b/c"], ["/v10", "/", "/a/v1"]),
        ("/**", ["/", "/a", "/a/b/"], ["", "a", "*"]),
        ("/", ["/"], ["/a", ""]),
    ],
)
def test_a_pattern_fits_what_it_says(pattern, fits, fits_not):
    table = [route("GET", pattern)]
    assert [target for target in fits if not route_of(table, "GET", target)] == []
    assert [target for target in fits_not if route_of(table, "GET", target)] == []


def test_the_first_route_that_fits_decides():
    table = [route("GET POST", "/users/me"), route("GET", "/users/*", Permission.ADMINS_READ)]
    assert route_of(table, "GET", "/users/me").permission is Permission.USERS_READ
    assert route_of(table, "GET", "/users/1").permission is Permission.ADMINS_READ


def test_a_method_that_no_route_names_is_nobodys():
    table = [route("GET", "/**")]
    assert [m for m in ("POST", "HEAD", "get", "", "TRACE", "GET ") if route_of(table, m, "/users")] == []
    assert route_of([], "GET", "/users") is None


@pytest.mark.parametrize(
    "path",
    [
        "/a/../b", "/..", "/a/..", "/./a", "/a/.", "//a", "/a//b", "/a;b", "/a;x=1/b", "/a\\b", "/a%2fb", "/a%2Fb",
        "/a%5cb", "/%2e%2e/b", "/%2E", "/a.%2e", "/a%252fb", "/a%25", "/a%3Bb", "/a%00", "/a%0d%0a", "/a%7f", "/a%",
        "/a%2", "/a%zz", "/%ff", "/%c3", "/a b", "/a\tb", "/a\x00", "/é", "/a#b", "http://x/a", "*", "a", "",
    ],
)  # fmt: skip
def test_a_path_that_can_be_read_in_two_ways_is_refused(path):
    assert segments_of(path) is None
    assert route_of([route("GET", "/**")], "GET", path) is None


@given(st.text("/.%2eEfF;\\ab5cC?", max_size=24))
def test_whatever_is_let_through_has_one_reading(path):
    segments = segments_of(path)
    if segments is not None:
        assert not {".", ".."} & set(segments)
        assert "" not in segments[:-1]
        assert not any(set(segment) & set("/\\;%") for segment in segments)
