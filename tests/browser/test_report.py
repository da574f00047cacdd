"""The auditor's report in a real browser: nothing is cut off on any screen or on paper, and nothing is fetched."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.service.pack import Chapter, Checked, Line, PackedLog, page
from bot.service.reading.telling import Tone

pytestmark = pytest.mark.browser

NOW = datetime(2026, 3, 14, 8, tzinfo=UTC)
LONG = "a-very-long-name-" * 5


@pytest.fixture
def report(tmp_path):
    """A report with what is longest in it."""
    lines = [
        Line(
            log=f"{LONG}/log",
            index=n,
            at=NOW,
            who="Maya",
            via="slack",
            tone=tone,
            what=f"did {LONG}",
            words=f"{LONG}\nand so on",
        )
        for n, tone in enumerate(Tone)
    ]
    chapters = [
        Chapter(
            number=n,
            name=f"{LONG}{n}",
            estate="retail",
            role="read-only",
            owner="Maya Lindqvist",
            state="active",
            client_id="f5fd0c1c-93b8-4aa4-a3aa-0f6c5c0d7a55",
            expires_at=NOW + timedelta(days=40 * n),
            approvals=["Ana", "Ben"],
            lines=lines,
        )
        for n in range(4)
    ]
    checked = Checked(
        level="with key",
        logs=tuple(
            PackedLog(
                origin=f"{LONG}/log{number}",
                entries=70,
                signed=69,
                root="A" * 44,
                folder=folder,
                verifier="cred-ledger.vkey",
            )
            for number, folder in (("", "log"), ("/2", "log-2"))
        ),
        steps=(("Tables", "append-only triggers stand"),),
        witnesses="No witness has cosigned it.",
    )
    path = tmp_path / "report.html"
    path.write_text(page(checked, chapters, (NOW, NOW), NOW), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "media"), [(1280, "screen"), (390, "screen"), (320, "screen"), (700, "print")])
def test_report_fits_its_screen_and_its_paper(chromium, report, width, media):
    opened = chromium.new_page(viewport={"width": width, "height": 800})
    try:
        asked, said = [], []
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: said.append(message.text))
        opened.emulate_media(media=media)
        opened.goto(report)
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.locator("ol.timeline li").count() == 4 * len(Tone)
        assert (asked, said) == ([report], [])
    finally:
        opened.close()
