"""TLS by files: what is refused before anything begins, what is served, and a certificate that was renewed."""

import shutil
import ssl
from dataclasses import replace

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.main.opening import NotReadyError
from bot.main.tls import Certificate
from tests.support.certificates import certified
from tests.support.program import environment, initialised
from tests.support.web import Door, served

run = CliRunner().invoke


def wrong(files) -> str:
    with pytest.raises(NotReadyError) as refused:
        Certificate(files)
    return str(refused.value)


def test_a_pair_that_cannot_be_used_is_told_in_one_sentence(tmp_path):
    mine, other, hidden = certified(tmp_path), certified(tmp_path, name="other"), certified(tmp_path, name="hidden")
    hidden = certified(tmp_path, name="hidden", password=b"hunter2")
    assert "they do not belong together" in wrong(replace(mine, key=other.key))
    assert "its key without a password" in wrong(hidden)
    assert "both as PEM" in wrong(replace(mine, certificate=mine.key))
    nowhere = tmp_path / "nowhere.pem"
    assert wrong(replace(mine, certificate=nowhere)).startswith(f"{nowhere} cannot be read (No such file")
    mine.key.chmod(0o644)
    assert f"{mine.key} can be read by everybody" in wrong(mine)


def test_serve_refuses_it_before_anything_has_begun(tmp_path):
    mine, other = certified(tmp_path), certified(tmp_path, name="other")
    env = environment(tmp_path, CRED_TLS_CERT=str(mine.certificate), CRED_TLS_KEY=str(other.key))
    told = run(app, ["serve"], env=env)
    assert told.exit_code == 2
    assert (
        told.stderr
        == f"cred: {mine.certificate} and {other.key} cannot be used for TLS: they do not belong together.\n"
    )


@pytest.mark.parametrize(("days", "said"), [(30, "is valid until"), (-1, "the certificate ended on")])
def test_doctor_says_until_when(tmp_path, days, said):
    files = certified(tmp_path, days=days)
    env = initialised(tmp_path, CRED_TLS_CERT=str(files.certificate), CRED_TLS_KEY=str(files.key))[0]
    assert said in next(line for line in run(app, ["doctor"], env=env).stdout.splitlines() if "TLS" in line)


def test_it_is_served_and_a_renewed_one_from_the_next_look_on(tmp_path, caplog):
    caplog.set_level("INFO")
    files, time = certified(tmp_path), [0.0]
    certificate = Certificate(files, now=lambda: time[0])
    old = ssl.create_default_context(cafile=files.certificate)
    with served(Door().app(), ssl_context_factory=lambda *_: certificate.context) as address:
        url = address.replace("http://", "https://") + "/jwks.json"
        assert httpx.get(url, verify=old, timeout=60).headers["strict-transport-security"]
        with pytest.raises(httpx.TransportError):
            httpx.get(address, timeout=60)  # plain HTTP is none
        renewed = certified(tmp_path, name="renewed")
        shutil.copy(renewed.key, files.key)
        time[0] += 61
        assert httpx.get(url, verify=old, timeout=60).is_success  # half renewed: the one before stays
        assert "they do not belong together" in caplog.text
        shutil.copy(renewed.certificate, files.certificate)
        time[0] += 61
        assert httpx.get(url, verify=ssl.create_default_context(cafile=renewed.certificate), timeout=60).is_success
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, verify=old, timeout=60)
    assert "was renewed" in caplog.text


def test_what_is_older_than_tls_1_2_is_not_spoken(tmp_path):
    assert Certificate(certified(tmp_path)).context.minimum_version == ssl.TLSVersion.TLSv1_2
