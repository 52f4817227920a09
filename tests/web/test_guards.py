"""A name that comes over the network leads to a file of the folder that is served, or nowhere."""

from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.web.guards import inside


@given(
    st.lists(st.sampled_from(["..", ".", "", "a", "a\\b", "link", "secret.txt", "\0", "/", "b.txt", "~"]), max_size=5)
)
def test_a_name_leads_to_a_file_inside_or_nowhere(tmp_path_factory, parts):
    base = tmp_path_factory.mktemp("inside")
    folder = base / "run"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "b.txt").write_text("b")
    (base / "secret.txt").write_text("secret")
    (folder / "link").symlink_to(base)
    found = inside(folder, "/".join(parts))
    assert found in (None, folder / "a" / "b.txt")
    assert inside(folder, "a/b.txt") == folder / "a" / "b.txt"
