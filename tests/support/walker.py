"""Somebody at the sandbox's page with mouse and keyboard: what a person does there, in a person's words."""

from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.chromium import PATIENCE_MS

_TABS_MAX = 60
_SETTINGS: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "timezone_id": "Europe/Berlin",
    "locale": "en-US",
    "reduced_motion": "reduce",
    "permissions": ["clipboard-read", "clipboard-write"],
}


class Walker:
    """One browser window on the page. `problems`: what went wrong in the page itself, in the browser's words."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self.problems: list[str] = []
        self._context = browser.new_context(**{**_SETTINGS, **context})
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        self.page.goto(address)
        expect(self.page.get_by_role("button", name="Acting as")).to_be_visible()

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "net::ERR_" not in text:  # a sandbox that was stopped answers nothing
            self.problems.append(text)

    @property
    def messages(self) -> Locator:
        """All messages of the open conversation."""
        return self.page.get_by_role("log", name="Messages").get_by_role("article")

    @property
    def newest(self) -> Locator:
        """The last message."""
        return self.messages.last

    def form(self, title: str) -> Locator:
        """The open modal of this title."""
        return self.page.get_by_role("dialog", name=title)

    def become(self, name: str) -> None:
        """Act as somebody else, and be where they are taken to: else they would be taken from where they go next."""
        before = self.page.url
        self.page.get_by_role("button", name=f"Act as {name}").click()
        expect(self.page.get_by_role("button", name=f"Acting as {name}")).to_be_visible()
        self.page.wait_for_function("before => location.href !== before", arg=before)

    def go(self, place: str) -> None:
        """Open a conversation, or the Home tab."""
        menu = self.page.locator("#title .menu-button")
        if menu.is_visible():
            menu.click()
        self.page.get_by_role("navigation", name="Conversations").get_by_role("button", name=place).click()

    def type(self, text: str) -> None:
        """Type into the message box and send it; it has been taken when this returns."""
        box = self.page.locator("#message-box")
        box.click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        expect(box).to_have_value("")

    def press(self, where: Locator, label: str, *, sure: str | None = None) -> None:
        """Press a button of a card; `sure` is the answer to the question that follows."""
        where.get_by_role("button", name=label).click()
        if sure is not None:
            self.page.get_by_role("alertdialog").get_by_role("button", name=sure, exact=True).click()

    def copied(self, where: Locator) -> str:
        """What the *Copy* button of a block of code puts on the clipboard."""
        self.page.evaluate("navigator.clipboard.writeText('')")
        where.get_by_role("button", name="Copy").click()
        text: str = self.page.wait_for_function("() => navigator.clipboard.readText()").json_value()
        return text

    def tab_to(self, target: Locator) -> None:
        """Go on with the Tab key until the focus is there, round the whole page if need be."""
        target.wait_for()
        for _ in range(_TABS_MAX):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The Tab key does not reach {target}")

    def focus_is_kept(self) -> bool:
        """Whether something on the page has the focus: a keyboard that is on the body itself is lost."""
        kept: bool = self.page.evaluate("document.activeElement !== null && document.activeElement !== document.body")
        return kept
