"""`auth.*`, `users.*`, `usergroups.*`, `conversations.*`: who there is, and where."""

from bot.sandbox.api.methods import ANSWER, Call, method, page_of
from bot.sandbox.errors import ApiError
from bot.sandbox.state import seed
from bot.sandbox.state.renderings import channel_object, group_object, group_users, user_object
from bot.sandbox.state.workspace import Channel, Person, UserGroup

_READ = "channels:read groups:read im:read mpim:read"


@method("api.test", known="error foo", caller="any")
def api_test(call: Call) -> ANSWER:
    if call.args.get("error"):
        raise ApiError(str(call.args["error"]))
    return {"args": dict(call.args)}


@method("auth.test")
def auth_test(_call: Call) -> ANSWER:
    return {
        "url": f"https://{seed.TEAM_DOMAIN}.slack.com/",
        "team": seed.TEAM_NAME,
        "user": "cred",
        "team_id": seed.TEAM,
        "user_id": seed.BOT_USER,
        "bot_id": seed.BOT_ID,
        "is_enterprise_install": False,
    }


@method("bots.info", scopes="users:read", known="bot team_id")
def bots_info(call: Call) -> ANSWER:
    if call.args.get("bot", seed.BOT_ID) != seed.BOT_ID:
        raise ApiError("bot_not_found")
    bot = {"id": seed.BOT_ID, "deleted": False, "name": seed.BOT_NAME, "app_id": seed.APP, "user_id": seed.BOT_USER}
    return {"bot": bot}


def _known_to_us(person: Person, call: Call) -> bool:
    """Slack shows people of other organizations only to those who share a channel with them."""
    if person.team_id == seed.TEAM:
        return True
    shared = [each for each in call.site.workspace.channels.values() if seed.BOT_USER in each.members]
    return any(person.id in channel.members for channel in shared)


@method("users.info", scopes="users:read", known="user include_locale")
def users_info(call: Call) -> ANSWER:
    person = call.site.person(call.need("user", "user_not_found"))
    if not _known_to_us(person, call):
        raise ApiError("user_not_visible")
    about = user_object(person, call.site.clock())
    return {"user": about | ({"locale": person.locale} if call.flag("include_locale") else {})}


@method("users.list", scopes="users:read", known="cursor limit include_locale team_id")
def users_list(call: Call) -> ANSWER:
    ours = [each for each in call.site.workspace.people.values() if each.team_id == seed.TEAM]
    rows, following = page_of(call, ours, len(ours) or 1)
    now = call.site.clock()
    return {
        "members": [user_object(each, now) for each in rows],
        "cache_ts": int(now),
        "response_metadata": following,
    }


@method(
    "usergroups.list",
    scopes="usergroups:read",
    known="include_count include_disabled include_users team_id",
)
def usergroups_list(call: Call) -> ANSWER:
    rows = []
    for group in call.site.workspace.groups.values():
        users = group_users(group, call.site.workspace)
        rows.append(group_object(group, call.site.workspace) | ({"users": users} if call.flag("include_users") else {}))
    return {"usergroups": rows}


def _group(call: Call) -> UserGroup:
    found = call.site.workspace.groups.get(call.need("usergroup"))
    if found is None:
        raise ApiError("no_such_subteam")
    return found


@method("usergroups.users.list", scopes="usergroups:read", known="usergroup include_disabled team_id")
def usergroups_users_list(call: Call) -> ANSWER:
    return {"users": group_users(_group(call), call.site.workspace)}


@method("conversations.open", scopes="im:write", known="users channel return_im prevent_creation")
def conversations_open(call: Call) -> ANSWER:
    users = [each for each in str(call.args.get("users", "")).split(",") if each]
    if len(users) != 1:
        raise ApiError("invalid_user_combination" if users else "users_list_not_supplied")
    person = call.site.person(users[0])
    if person.is_bot:
        raise ApiError("cannot_dm_bot")
    if person.deleted:
        raise ApiError("user_disabled")
    if not _known_to_us(person, call):
        raise ApiError("user_not_visible")
    channel = call.site.workspace.dm_of(person.id)
    return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}


def granted(channel: Channel, right: str, call: Call) -> None:
    """The scope for this kind of conversation. Raises `ApiError("missing_scope")`."""
    kind = "im" if channel.kind == "dm" else "groups" if channel.is_private else "channels"
    needed = f"{kind}:{right}"
    if needed not in call.site.settings.scopes:
        call.site.violation(call.method, f"missing_scope: {needed}")
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(call.site.settings.scopes)))


@method("conversations.info", scopes=_READ, known="channel include_locale include_num_members")
def conversations_info(call: Call) -> ANSWER:
    channel = call.site.channel(call.need("channel", "channel_not_found"))
    granted(channel, "read", call)
    return {"channel": channel_object(channel, call.site.workspace)}


@method("conversations.members", scopes=_READ, known="channel cursor limit")
def conversations_members(call: Call) -> ANSWER:
    channel = call.site.channel(call.need("channel", "channel_not_found"))
    granted(channel, "read", call)
    rows, following = page_of(call, sorted(channel.members))
    return {"members": rows, "response_metadata": following}


@method("conversations.join", scopes="channels:join", known="channel")
def conversations_join(call: Call) -> ANSWER:
    channel = call.site.channel(call.need("channel", "channel_not_found"))
    if channel.kind == "dm" or channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    call.site.workspace.join(seed.BOT_USER, channel.id)
    return {"channel": channel_object(call.site.workspace.channels[channel.id], call.site.workspace)}
