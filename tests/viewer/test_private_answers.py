"""The page of a game in which it was asked what is meant, believed and would be ordered."""

import asyncio

import pytest
from browsing import Visit, chromium, exported, records
from staging import OFFLINE, play, seats

from ai_diplomacy.game.config import GameConfig

pytestmark = pytest.mark.slow


def test_the_press_and_the_minds_show_what_was_answered(tmp_path):
    asked = {"truth_tags": True, "provisional_orders": True}
    asyncio.run(play(tmp_path / "run", GameConfig(models=seats(OFFLINE), max_year=1901, **asked)))
    events = [event for event in records(tmp_path / "run" / "events.jsonl") if event.get("phase") == "S1901M"]

    def told(kind):
        return [event for event in events if event["type"] == kind]

    with chromium() as browser:
        page = Visit(browser, exported(tmp_path / "run", tmp_path / "game.html"), width=390)
        page.go("S1901M/press")
        tags = page.page.locator(".message .tag").all_text_contents()
        assert sorted(tags) == sorted("meant" if event["meant"] else "not meant" for event in told("message_meant"))
        beliefs = page.page.locator(".message .beliefs > span").all_text_contents()
        expected = [
            f"{event['reader'][0]}{event['reader'].title()} {event['percent']} %" for event in told("message_believed")
        ]
        assert sorted(beliefs) == sorted(expected)
        page.go("S1901M/minds/ITALY")
        text = page.page.locator(".card.mind").inner_text()
        orders = [", ".join(event["orders"]) for event in told("provisional_orders") if event["power"] == "ITALY"]
        assert len(orders) == 2
        for when, given in zip(("before press: ", "after round 1: "), orders, strict=True):
            assert f"{when}{given}" in text
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.said == []
        page.close()
