"""What the tests of the command share."""

import pytest


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty folder, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
