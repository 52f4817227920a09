"""The one script of an exported page, and the policy under which it runs."""

import base64
import hashlib
import json
import re
import zlib

from ai_diplomacy.viewer.bundle import PAGE, one_script, packed, single_file


def test_every_module_is_in_a_script_before_those_that_need_it():
    found = set()
    for entry in ("main.js", "library.js"):
        script = one_script(entry)
        order = re.findall(r'^modules\["(.*?)"\] = ', script, re.MULTILINE)
        assert len(order) == len(set(order))
        assert order[-1] == entry
        for name in order:
            for needed in re.findall(r'from "\./(.*?)"', (PAGE / name).read_text()):
                assert order.index(needed) < order.index(name)
        assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
        found |= set(order)
    assert found == {path.name for path in PAGE.glob("*.js")}


def test_the_policy_lets_in_its_own_script_and_style_alone():
    page = single_file("a <title>", [("document", {"text": "</script><script>"})])
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)
    assert policy
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert script
    assert style
    for text in (script[1], style[1]):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy[1]
    assert "unsafe" not in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "<title>a &lt;title&gt;</title>" in page
    assert page.count("</script>") == 2


def test_parts_are_unpacked_as_they_were():
    part = {"text": "lone \ud800, </script>, é, 漢", "numbers": [1, 2.5, None]}
    assert json.loads(zlib.decompress(base64.b64decode(packed(part)), -15)) == {
        "text": "lone \ufffd, </script>, é, 漢",
        "numbers": [1, 2.5, None],
    }


def test_the_page_never_writes_markup():
    for path in PAGE.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", path.read_text()
        )
