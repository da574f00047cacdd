"""Fifty thousand payloads that nobody's client sends: what `tests/slack/test_payloads.py` does with two thousand.

`CRED_SEED` says which; each failure names it.
"""

import os

import pytest

from tests.slack import scenes, storm

SEED = int(os.environ.get("CRED_SEED", "5"))
SCENES = list(scenes.scenes())
ROUNDS, EACH = 10, 5_000 // len(SCENES) + 1


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.what)
def test_no_payload_fails_or_has_an_effect_without_an_entry(scene, round_, tmp_path, caplog):
    storm.rage(tmp_path, scene, caplog, seed=SEED + round_, count=EACH)
