"""The road from the first command to a working login, as people walk it on the sandbox's page."""

import json
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import expect

from tests.support.walker import Walker

NAME = "payroll-sync"
REASON = "The monthly payroll run reads the staff list and writes back bank details."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the owner saw once: and the line that they copied."""

    client_id: str
    secret: str = field(repr=False)
    line: str


def accept_terms(walker: Walker) -> None:
    """The first `/cred add` shows the terms; the form takes their place."""
    walker.type("/cred add")
    terms = walker.form("Terms of use")
    expect(terms).to_contain_text("Every request, approval and use is recorded.")
    terms.get_by_label("I have read this and accept it").check()
    terms.get_by_role("button", name="Accept").click()
    expect(walker.form("Add a credential")).to_be_visible()


def choose_super_admin(walker: Walker) -> None:
    """Choosing the role warns, and says who must approve, before anything is sent."""
    form = walker.form("Add a credential")
    expect(form.get_by_label("Read-Only")).to_be_checked()
    expect(form.get_by_text("This role can do everything")).to_have_count(0)
    form.get_by_label("Super Admin").check()
    expect(form.get_by_text("This role can do everything")).to_be_visible()
    expect(form).to_contain_text("Who must approve: @Ana Ruiz and @Ben Adler.")


def send_form(walker: Walker, name: str) -> None:
    """Fill the rest and send it; what comes instead says that it was asked."""
    form = walker.form("Add a credential")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("Reason").fill(REASON)
    form.get_by_role("button", name="Ask for it").click()


def leave_confirmation(walker: Walker) -> None:
    """The form has turned into a confirmation; the keyboard closes it."""
    asked = walker.form("Request sent")
    expect(asked).to_contain_text(f"Asked for: {NAME}")
    walker.page.keyboard.press("Escape")
    expect(asked).to_have_count(0)


def approve(walker: Walker, *, then: str) -> None:
    """Press *Approve* on the newest card; it is edited in place and says what it says `then`."""
    walker.press(walker.newest, f"Approve {NAME}", sure="Approve")
    expect(walker.newest).to_contain_text(then)


def reveal(walker: Walker) -> Shown:
    """Press *Reveal*: an ephemeral with the pair and a line to try it."""
    walker.go("Messages")
    walker.press(walker.newest, "Reveal", sure="Reveal")
    message = walker.newest
    expect(message).to_contain_text("Only visible to you")

    def block(title: str) -> str:
        return walker.copied(message.locator(":has(> .code-block)").filter(has_text=title))

    return Shown(client_id=block("Client ID"), secret=block("Client secret"), line=block("Try it"))


def token_by(shown: Shown) -> dict[str, Any]:
    """Run the copied line as a shell would, typing the secret when it asks."""
    if shutil.which("curl") is None:
        _, _, user, address, _, form = shlex.split(shown.line)
        grant = dict([form.split("=")])
        with httpx.Client(trust_env=False) as http:
            return dict(http.post(address, data=grant, auth=(user, shown.secret)).json())
    ran = subprocess.run(
        ["sh", "-c", shown.line],
        input=shown.secret + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "no_proxy": "*"},
        start_new_session=True,  # without a terminal, curl asks for the secret on its input
    )
    return dict(json.loads(ran.stdout))
