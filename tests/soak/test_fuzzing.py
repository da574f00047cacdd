"""Every parser of the ledger under a fuzzer that coverage leads (Atheris, libFuzzer): minutes, not millions of guesses.

`CRED_FUZZ_SECONDS` says for how long each; what is found is written beside the test's folder, to be made a test of.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.parsers import PARSERS

SECONDS = int(os.environ.get("CRED_FUZZ_SECONDS", "60"))
HERE = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PARSERS)
def test_fuzzer_finds_nothing(name, tmp_path):
    pytest.importorskip("atheris", reason="Atheris has no wheel for this platform")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(PARSERS[name].seeds):
        (corpus / str(number)).write_bytes(seed)
    options = [f"-max_total_time={SECONDS}", "-max_len=4096", "-timeout=20", f"-artifact_prefix={tmp_path}/found-"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.fuzzing", name, *options, str(corpus)],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "DONE" in done.stderr, done.stderr[-4000:]
    assert len(list(corpus.iterdir())) > len(PARSERS[name].seeds), "it never came past the first branch"
