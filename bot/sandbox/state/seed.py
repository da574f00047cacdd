"""The organization that a new sandbox starts with: five people, four channels, one user group. Pure."""

from bot.sandbox.state.workspace import Channel, Person, UserGroup, Workspace

TEAM = "T0HARBOUR"
TEAM_NAME = "Harbour Group"
TEAM_DOMAIN = "harbour"
PARTNER_TEAM = "T0FJORD00"
APP = "A0CRED00"
BOT_USER = "U0CREDBOT"
BOT_ID = "B0CRED00"
BOT_NAME = "Cred"

PEOPLE = (
    Person(
        id="U0MAYA000",
        name="Maya Okafor",
        username="maya",
        title="Platform lead",
        team_id=TEAM,
        is_admin=True,
        hint="Asks for credentials: type `/cred add`.",
    ),
    Person(
        id="U0ANA0000",
        name="Ana Ruiz",
        username="ana",
        title="Security engineer",
        team_id=TEAM,
        hint="Approves what others ask for. Away for a while: `/cred delegate`, and Sam stands in.",
    ),
    Person(
        id="U0BEN0000",
        name="Ben Adler",
        username="ben",
        title="Operations manager",
        team_id=TEAM,
        hint="Approves what others ask for.",
    ),
    Person(
        id="U0SAM0000",
        name="Sam Lee",
        username="sam",
        title="Security analyst",
        team_id=TEAM,
        hint="Reads everything, decides nothing.",
    ),
    Person(
        id="U0OTTO000",
        name="Otto Brandt",
        username="otto",
        title="Consultant, Fjord Partners",
        team_id=PARTNER_TEAM,
        hint="An outsider, here through Slack Connect: may do nothing.",
    ),
    Person(id=BOT_USER, name=BOT_NAME, username="cred", title="", team_id=TEAM, is_bot=True),
)

CHANNELS = (
    Channel(
        id="C0APPROVE",
        name="cred-approvals",
        topic="Requests that wait for a second pair of eyes",
        members=frozenset({"U0MAYA000", "U0ANA0000", "U0BEN0000", "U0SAM0000", BOT_USER}),
    ),
    Channel(
        id="C0SECURITY",
        name="security",
        topic="What the security team should see",
        members=frozenset({"U0SAM0000", "U0ANA0000", BOT_USER}),
    ),
    Channel(
        id="C0GENERAL",
        name="general",
        topic="Everybody at Harbour Group",
        members=frozenset({"U0MAYA000", "U0ANA0000", "U0BEN0000", "U0SAM0000"}),
    ),
    Channel(
        id="C0SHARED0",
        name="fjord-harbour",
        topic="Shared with Fjord Partners",
        is_ext_shared=True,
        members=frozenset({"U0MAYA000", "U0ANA0000", "U0OTTO000", BOT_USER}),
    ),
)

GROUPS = (UserGroup(id="S0APPROVE", handle="credential-approvers", users=("U0ANA0000", "U0BEN0000")),)


def harbour() -> Workspace:
    """A fresh workspace: nobody has said anything yet, and each person has a DM with the bot."""
    workspace = Workspace(bot_user=BOT_USER)
    for person in PEOPLE:
        workspace.people[person.id] = person
    for channel in CHANNELS:
        workspace.channels[channel.id] = channel
    for group in GROUPS:
        workspace.groups[group.id] = group
    for person in PEOPLE:
        if not person.is_bot:
            workspace.dm_of(person.id)
    return workspace
