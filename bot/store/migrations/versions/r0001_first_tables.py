"""The first tables.

Down again there is no way: it would destroy the present that the ledger tells of. Restore a backup instead.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them, each after those that it points to."""
    _acceptance()
    _group_member()
    _member()
    _name()
    _policy()
    _posted()
    _request()
    _credential()
    _vote()
    _notice()
    _secret()


def _acceptance() -> None:
    op.create_table(
        "acceptance",
        _text("user"),
        _text("digest"),
        _text("version"),
        _instant("at"),
        sa.PrimaryKeyConstraint("user", "digest"),
    )


def _group_member() -> None:
    op.create_table(
        "group_member",
        _text("group"),
        _text("user"),
        sa.PrimaryKeyConstraint("group", "user"),
    )


def _member() -> None:
    op.create_table(
        "member",
        _text("user"),
        _text("team"),
        _text("name"),
        _text("membership"),
        _flag("active"),
        _text("time_zone", nullable=True),
        _instant("read_at"),
        sa.PrimaryKeyConstraint("user"),
    )


def _name() -> None:
    op.create_table(
        "name",
        _text("estate"),
        _by_bytes("name_key"),
        _text("credential"),
        sa.PrimaryKeyConstraint("estate", "name_key"),
        sa.UniqueConstraint("credential"),
    )


def _policy() -> None:
    op.create_table(
        "policy",
        _number("number"),
        _text("digest"),
        _text("text"),
        _instant("since"),
        sa.PrimaryKeyConstraint("number"),
    )


def _posted() -> None:
    op.create_table(
        "posted",
        _text("subject"),
        _text("kind"),
        _text("person"),
        _text("channel"),
        _text("ts"),
        sa.PrimaryKeyConstraint("subject", "kind", "person"),
    )


def _request() -> None:
    op.create_table(
        "request",
        _text("id"),
        _text("submission"),
        _text("credential"),
        _text("kind"),
        _text("state"),
        _text("requester"),
        _text("owner"),
        _text("estate"),
        _text("role"),
        _text("name"),
        _text("description"),
        _text("reason"),
        _instant("expires_at"),
        _text("permissions"),
        _number("quorum"),
        _text("policy"),
        _text("digest"),
        _instant("opened_at"),
        _instant("lapses_at"),
        _instant("decided_at", nullable=True),
        _instant("lease_until", nullable=True),
        _text("closing"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential"),
        sa.UniqueConstraint("submission"),
    )
    op.create_index("ix_request_owner", "request", ["owner"])
    op.create_index("ix_request_requester", "request", ["requester"])
    op.create_index("request_state_lapses", "request", ["state", "lapses_at"])


def _credential() -> None:
    op.create_table(
        "credential",
        _text("id"),
        _text("client_id"),
        _text("request"),
        _text("authority"),
        _text("name"),
        _by_bytes("name_key"),
        _text("description"),
        _text("estate"),
        _text("role"),
        _text("permissions"),
        _text("owner"),
        _text("requester"),
        _text("state"),
        _instant("created_at"),
        _instant("expires_at"),
        _instant("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["request"], ["request.id"]),
        sa.UniqueConstraint("client_id"),
        sa.UniqueConstraint("request"),
    )
    op.create_index("credential_name", "credential", ["name_key", "id"])
    op.create_index("credential_state_expires", "credential", ["state", "expires_at"])
    op.create_index("ix_credential_owner", "credential", ["owner"])


def _vote() -> None:
    op.create_table(
        "vote",
        _text("request"),
        _text("voter"),
        _text("verdict"),
        _instant("at"),
        _text("reason"),
        sa.PrimaryKeyConstraint("request", "voter", "verdict"),
        sa.ForeignKeyConstraint(["request"], ["request.id"]),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        _text("id"),
        _number("number"),
        _text("kind"),
        _text("subject"),
        _text("request", nullable=True),
        _text("credential", nullable=True),
        _text("channel", nullable=True),
        _text("person", nullable=True),
        _text("destination"),
        _text("state"),
        _number("attempts"),
        _instant("due_at"),
        _flag("possibly_repeated"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
        sa.ForeignKeyConstraint(["request"], ["request.id"]),
        sa.UniqueConstraint("number"),
    )
    op.create_index("notice_about", "notice", ["subject", "kind", "person"])
    op.create_index("notice_destination", "notice", ["state", "destination", "number"])
    op.create_index("notice_state_due", "notice", ["state", "due_at"])


def _secret() -> None:
    op.create_table(
        "secret",
        _text("id"),
        _text("credential"),
        _number("number"),
        _text("state"),
        _bytes("record"),
        _text("fingerprint"),
        _instant("minted_at"),
        _instant("retire_at", nullable=True),
        _text("receipt"),
        _instant("receipt_until"),
        _text("delivery"),
        _instant("last_used_at", nullable=True),
        _text("last_used_from"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
        sa.UniqueConstraint("credential", "number"),
    )
    op.create_index("ix_secret_credential", "secret", ["credential"])
    op.create_index("secret_delivery", "secret", ["delivery", "minted_at"])
    op.create_index("secret_receipt", "secret", ["receipt", "receipt_until"])


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _by_bytes(name: str) -> sa.Column[str]:
    """Sorted and searched by its beginning, in the same order on every database."""
    return sa.Column(name, sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)
