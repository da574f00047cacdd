"""The four default roles, held against the sentences of the model (Sophos Central, API Credentials Management)."""

import pytest

from bot.domain.role import DEFAULT_ROLES, FORENSICS, MANAGEMENT, READ_ONLY, SUPER_ADMIN, Permission

SENTENCES = {
    "super admin: everything": (SUPER_ADMIN, lambda p: True),
    "management: views and manages, but neither runs nor views queries": (
        MANAGEMENT,
        lambda p: not p.startswith("queries:"),
    ),
    "forensics: creates, views, runs and deletes queries, not the rest": (
        FORENSICS,
        lambda p: p.startswith("queries:"),
    ),
    "read-only: views all, changes nothing, runs no queries": (READ_ONLY, lambda p: p.endswith(":read")),
}


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("permission", list(Permission))
def test_each_role_may_exactly_what_its_sentence_says(sentence, permission):
    role, may = SENTENCES[sentence]
    assert (permission in role.permissions) is may(permission)


def test_the_least_powerful_role_comes_first_and_the_most_powerful_needs_two():
    assert DEFAULT_ROLES[0] is READ_ONLY
    assert [role.quorum for role in DEFAULT_ROLES] == [1, 1, 1, 2]
    assert SUPER_ADMIN.warning
