"""Each vendor's official SDK, async and blocking, is content with the local server's answers."""

import pytest
from serving import KEY, MANNERS, SYSTEM, Heard, Plan, connected, position

from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.offline.strategist import AT_A_LOSS, answer

each_sdk = pytest.mark.parametrize("manner", MANNERS)


@each_sdk
async def test_answers_plain_and_structured_and_what_they_used(manner):
    prompt = position()
    said = answer(prompt)
    async with LocalServer(ServerOptions()) as server, connected(manner, server.url) as ask:
        first, second = await ask(prompt), await ask(prompt)
        structured = await ask(prompt, structured=True)
    assert said != AT_A_LOSS
    assert first == Heard(said, input=(len(SYSTEM) + len(prompt)) // 4, cached=0, output=len(said) // 4)
    assert second == Heard(said, first.input, cached=len(SYSTEM) // 4, output=first.output)
    assert isinstance(structured.parsed, Plan)
    assert structured.parsed.directive
    assert structured.parsed == Plan.model_validate_json(structured.text)


@each_sdk
async def test_a_key_that_is_not_accepted(manner):
    async with (
        LocalServer(ServerOptions(key="sk-right")) as server,
        connected(manner, server.url) as ask,
        connected(manner, server.url, key="sk-right") as ask_rightly,
    ):
        with pytest.raises(Exception, match=r"(?i)key") as refused:
            await ask("Hello")
        assert await ask_rightly("Hello")
    # Gemini calls a wrong key an invalid argument.
    status = 400 if manner.startswith("gemini") else 401
    assert getattr(refused.value, "status_code", getattr(refused.value, "code", None)) == status
    assert "sk-right" not in str(refused.value)
    assert KEY not in str(refused.value)
