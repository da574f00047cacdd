"""What looks like a secret is refused wherever an ID or a word is asked for; IDs and words are taken."""

import string
from random import Random
from uuid import uuid4

import pytest

from bot.domain.secrecy import LONG, looks_secret
from bot.domain.secret_format import mint

ALPHABETS = {
    "base62": string.ascii_letters + string.digits,
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
    "base32": string.ascii_uppercase + "234567",
    "hex": "0123456789abcdef",
}


@pytest.mark.parametrize("length", [LONG, 40, 64, 100])
@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
def test_what_a_random_generator_gives_is_taken_for_a_secret(alphabet, length):
    random = Random(length)
    drawn = ["".join(random.choices(alphabet, k=length)) for _ in range(500)]
    assert sum(map(looks_secret, drawn)) >= 480


def test_ours_is_known_by_its_checksum():
    random = Random(7)
    for _ in range(20):
        secret = mint(random.randbytes)
        assert looks_secret(secret)
        assert looks_secret(f"It is {secret}, he said.")


@pytest.mark.parametrize(
    "text",
    [
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "xoxb-17653672481-19874698323-made-up",
        "sk_live_made0up0made0up0",
        "AIzaSyMadeUpMadeUpMadeUp",
        "glpat-madeupmadeup12345",
        "hvs.CAESIMadeUpMadeUp",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.madeup1234",
        "the key: GOCSPX-madeupmadeup",
        "-----BEGIN RSA PRIVATE KEY-----",
        "https://api.example.com/?key=" + "".join(Random(3).choices(ALPHABETS["base62"], k=40)),
    ],
)
def test_what_a_vendor_marks_as_a_secret_is_one(text):
    assert looks_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "billing-export",
        "payroll-sync-2024-production-europe-west",
        "AnExtraordinarilyLongCamelCaseNameForACredential2024",
        "Reads the salaries every night at 02:30 and writes them to warehouse/eu/2026.",
        "Für die Übergabe der Rechnungsdaten an das Finanzbuchhaltungssystem",
        "5f8d0d55-b547-4442-8b71-56c3aabbccdd",
        "5f8d0d55b54744428b7156c3aabbccdd",
        "0oa1b2c3d4e5f6g7h8i9",
        "AKIAIOSFODNN7EXAMPLE",
        "AC5f8d0d55b54764421b7156c3aabbccdd",
        "123456789012-k3j4h5g6f7d8s9a0q1w2e3r4t5y6u7i8.apps.googleusercontent.com",
        "reporting-2024@warehouse-europe-west.iam.gserviceaccount.com",
        "arn:aws:iam::123456789012:user/billing-export",
        "https://central.sophos.com/manage/config/settings/credentials/5f8d0d55b54764421b7156c3aabb1122",
        "client.example.com/some/very/long/path/with/words/and/2024/and/2025",
    ],
)
def test_an_id_or_a_sentence_is_none(text):
    assert not looks_secret(text)


def test_a_uuid_never_is():
    assert not any(looks_secret(made) for _ in range(200) for made in (str(uuid4()), uuid4().hex))
