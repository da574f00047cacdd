"""`views.*` in the sandbox: a trigger once, a hash that wins or loses, a stack of three."""

from tests.support.sandbox import SETTINGS

MAYA, ANA = "U0MAYA000", "U0ANA0000"
DIVIDER = [{"type": "divider"}]
HOME = {"type": "home", "blocks": []}


def text(words="x"):
    return {"type": "plain_text", "text": words}


def modal(**more):
    return {"type": "modal", "title": text(), "blocks": [], **more}


def test_a_trigger_opens_one_modal_and_not_for_long(api, clock, workspace):
    trigger = api.trigger()
    assert api("views.open", trigger_id=trigger, view=modal())["ok"]
    assert workspace.as_person(MAYA).view() is not None
    assert workspace.as_person(ANA).view() is None
    assert api("views.open", trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
    late = api.trigger()
    clock.now += SETTINGS.trigger_seconds + 0.1
    assert api("views.open", trigger_id=late, view=modal())["error"] == "expired_trigger_id"


def test_an_invalid_view_is_refused_with_pointers(api):
    answer = api("views.open", trigger_id=api.trigger(), view=modal(title=text("x" * 25)))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] failed to match all allowed schemas [json-pointer:/view]",
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]",
    ]


def test_an_update_with_an_old_hash_loses(api):
    view = api("views.open", trigger_id=api.trigger(), view=modal())["view"]
    assert api("views.update", view_id=view["id"], hash=view["hash"], view=modal())["ok"]
    assert api("views.update", view_id=view["id"], hash=view["hash"], view=modal())["error"] == "hash_conflict"
    assert api("views.update", view_id="V0", view=modal())["error"] == "not_found"


def test_modals_are_pushed_on_the_one_that_was_clicked(api):
    first = api("views.open", trigger_id=api.trigger(), view=modal())["view"]
    second = api("views.push", trigger_id=api.trigger(view_id=first["id"]), view=modal())["view"]
    third = api("views.push", trigger_id=api.trigger(view_id=second["id"]), view=modal())["view"]
    assert third["root_view_id"] == first["id"]
    last = api.trigger(view_id=third["id"])
    assert api("views.push", trigger_id=last, view=modal())["error"] == "push_limit_reached"
    assert api("views.push", trigger_id=api.trigger(), view=modal())["error"] == "not_found"


def test_an_external_id_is_taken_once(api):
    assert api("views.open", trigger_id=api.trigger(), view=modal(external_id="one"))["ok"]
    again = api("views.open", trigger_id=api.trigger(ANA), view=modal(external_id="one"))
    assert again["error"] == "duplicate_external_id"
    assert api("views.update", external_id="one", view=modal())["ok"]


def test_a_home_tab_is_published_for_one_person(api, workspace):
    view = api("views.publish", user_id=MAYA, view={**HOME, "blocks": DIVIDER})["view"]
    assert workspace.as_person(MAYA).home() is not None
    assert workspace.as_person(ANA).home() is None
    assert api("views.publish", user_id=MAYA, view=HOME, hash=view["hash"])["ok"]
    assert api("views.publish", user_id=MAYA, view=HOME, hash=view["hash"])["error"] == "hash_conflict"
