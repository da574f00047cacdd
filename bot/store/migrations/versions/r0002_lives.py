"""Credentials live on: they are rotated, handed over, extended, deleted, warned of, tracked and taken over.

Down again there is no way: it would destroy the present that the ledger tells of. Restore a backup instead.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OPEN = "state IN ('pending', 'approved', 'executing', 'unresolved')"
_NAMES = {"uq": "uq_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
"""The first revision left its constraints without names; on SQLite a batch gives them some, to be dropped by."""


def upgrade() -> None:
    """Change the tables that there are, then make the new ones."""
    _request()
    _credential()
    _secret()
    _notice()
    _groups()
    _votes()
    _reviews()
    _registers()
    _tokens()
    _logins()


def _request() -> None:
    with op.batch_alter_table("request", naming_convention=_NAMES) as batch:
        batch.drop_constraint(_unique("request", "credential"), type_="unique")
        batch.add_column(sa.Column("authority", sa.String(), nullable=False, server_default="builtin"))
        for name in ("rule", "key"):
            batch.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        batch.add_column(_instant("escalated_at", nullable=True))
    with op.batch_alter_table("request") as batch:
        for name in ("authority", "rule", "key"):
            batch.alter_column(name, server_default=None)
    op.create_index("ix_request_credential", "request", ["credential"])
    _index_where("request_unescalated", "request", ["opened_at"], where="state = 'pending' AND escalated_at IS NULL")
    _index_where("request_open", "request", ["credential", "kind"], unique=True, where=_OPEN)


def _credential() -> None:
    with op.batch_alter_table("credential", naming_convention=_NAMES) as batch:
        batch.drop_constraint(_unique("credential", "client_id"), type_="unique")
        batch.alter_column("request", nullable=True)
        for name in ("undo_until", "warn_at", "snoozed_until", "unused_told_at"):
            batch.add_column(_instant(name, nullable=True))
        batch.add_column(sa.Column("warned", sa.Integer(), nullable=True))
        for name in ("let_expire_by", "suspended_by", "suspended_why"):
            batch.add_column(sa.Column(name, sa.String(), nullable=True))
    client = ["client_id", "authority"]
    op.create_index("credential_client", "credential", client)
    _index_where("credential_client_held", "credential", client, where="ended_at IS NULL", unique=True)
    op.execute(
        "UPDATE credential SET suspended_why = 'nobody confirmed that the secret arrived' WHERE state = 'suspended'"
    )  # until now nothing was suspended for another reason
    for name in ("undo_until", "warn_at", "unused_told_at"):
        op.create_index(f"ix_credential_{name}", "credential", [name])


def _secret() -> None:
    with op.batch_alter_table("secret") as batch:
        batch.add_column(sa.Column("kept_longer", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(_instant("warned_at", nullable=True))
        batch.add_column(sa.Column("request", sa.String(), nullable=True))
        batch.add_column(_instant("leaked_at", nullable=True))
        for name in ("leaked_by", "leaked_in"):
            batch.add_column(sa.Column(name, sa.String(), nullable=True))
        batch.add_column(sa.Column("last_used_by", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE secret SET request = (SELECT request FROM credential WHERE credential.id = secret.credential)")
    with op.batch_alter_table("secret", naming_convention=_NAMES) as batch:
        for name in ("kept_longer", "last_used_by"):
            batch.alter_column(name, server_default=None)
        batch.alter_column("request", nullable=False)
        batch.create_foreign_key("fk_secret_request", "request", ["request"], ["id"])
    op.create_index("secret_state_retire", "secret", ["state", "retire_at"])
    op.create_index("secret_fingerprint", "secret", ["fingerprint"])


def _notice() -> None:
    with op.batch_alter_table("notice") as batch:
        batch.add_column(sa.Column("group", sa.String(), nullable=True))
        batch.add_column(_instant("tried_at", nullable=True))
    for table in ("notice", "posted"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("detour", sa.String(), nullable=False, server_default=""))
            batch.add_column(sa.Column("belongs", sa.String(), nullable=True))
        with op.batch_alter_table(table) as batch:
            batch.alter_column("detour", server_default=None)


def _groups() -> None:
    op.create_table(
        "group_item",
        _text("group"),
        _text("credential"),
        _instant("expires_at", nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("group", "credential"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )
    op.create_index("ix_group_item_credential", "group_item", ["credential"])
    op.create_table(
        "warning",
        _text("credential"),
        _instant("expires_at"),
        _number("days"),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        _instant("at"),
        _text("group"),
        sa.PrimaryKeyConstraint("credential", "expires_at", "days"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )


def _votes() -> None:
    with op.batch_alter_table("vote") as batch:
        batch.add_column(sa.Column("stands_in_for", sa.String(), nullable=True))
    op.create_table(
        "delegation",
        _text("id"),
        _text("submission"),
        _text("approver"),
        _text("delegate"),
        _instant("since"),
        _instant("until"),
        _instant("ended_at", nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("submission"),
    )
    _index_where("delegation_open", "delegation", ["until"], where="ended_at IS NULL")


def _reviews() -> None:
    op.create_table(
        "review",
        _text("request"),
        _text("reviewer"),
        _text("verdict"),
        _instant("at"),
        _text("reason"),
        sa.PrimaryKeyConstraint("request", "reviewer", "verdict"),
        sa.ForeignKeyConstraint(["request"], ["request.id"]),
    )
    op.create_table(
        "glass",
        _text("request"),
        _text("taker"),
        _text("state"),
        _instant("review_by"),
        sa.Column("missed", sa.Boolean(), nullable=False),
        _instant("reminded_at"),
        sa.PrimaryKeyConstraint("request"),
        sa.ForeignKeyConstraint(["request"], ["request.id"]),
    )
    _index_where("glass_unreviewed", "glass", ["taker"], unique=True, where="state = 'open'")
    op.create_index("glass_state_reminded", "glass", ["state", "reminded_at"])


def _registers() -> None:
    with op.batch_alter_table("member") as batch:
        batch.add_column(sa.Column("full_name", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("member") as batch:
        batch.alter_column("full_name", server_default=None)
    _index_where("member_left", "member", ["user"], where="active = 0", postgresql="active = false")
    op.create_table("leaver", _text("user"), _instant("at"), sa.PrimaryKeyConstraint("user"))
    op.create_table(
        "errand",
        _text("credential"),
        _instant("since"),
        _instant("remind_at"),
        sa.PrimaryKeyConstraint("credential"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )
    op.create_index("ix_errand_remind_at", "errand", ["remind_at"])
    op.create_table("chore", _text("name"), _instant("done_at"), _text("mark"), sa.PrimaryKeyConstraint("name"))


def _tokens() -> None:
    op.create_table(
        "revocation",
        _text("token"),
        _text("credential"),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("token"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )
    op.create_index("ix_revocation_expires_at", "revocation", ["expires_at"])
    op.create_table(
        "assertion",
        _text("credential"),
        _text("jti"),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("credential", "jti"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )
    op.create_index("ix_assertion_expires_at", "assertion", ["expires_at"])


def _logins() -> None:
    op.create_table(
        "login",
        _text("credential"),
        _text("what"),
        *map(_instant, ("times", "last_at")),
        sa.PrimaryKeyConstraint("credential", "what"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )
    op.create_table(
        "login_writer", _text("process"), _text("batch"), _instant("at"), sa.PrimaryKeyConstraint("process")
    )
    op.create_table(
        "refusal",
        _text("credential"),
        _text("cause"),
        *map(_instant, ("times", "since", "last_at")),
        _text("addresses"),
        sa.Column("elsewhere", sa.Boolean(), nullable=False),
        _instant("mistyped"),
        _instant("told_at", nullable=True),
        sa.PrimaryKeyConstraint("credential", "cause"),
    )
    op.create_table(
        "network",
        *map(_text, ("credential", "network", "address", "agent")),
        _instant("at"),
        sa.Column("notice", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("credential", "network"),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"]),
    )
    op.create_index("ix_network_notice", "network", ["notice"])


def _unique(table: str, column: str) -> str:
    """What the constraint of the first revision is called: PostgreSQL named it itself."""
    return f"{table}_{column}_key" if op.get_bind().dialect.name == "postgresql" else f"uq_{table}_{column}"


def _index_where(
    name: str, table: str, columns: list[str], *, where: str, unique: bool = False, postgresql: str = ""
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(postgresql or where),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)
