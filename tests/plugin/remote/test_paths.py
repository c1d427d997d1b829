"""Paths of two machines that see the same folder under different names."""

import pytest
from wholescene_qgis.core.remote.paths import counterpart


@pytest.mark.parametrize(
    ("path", "here", "there", "expected"),
    [
        ("/mnt/scenes/a/b.tif", "/mnt/scenes", "/data", "/data/a/b.tif"),
        ("/mnt/scenes/a/b.tif", "/mnt/scenes/", "/data/", "/data/a/b.tif"),
        ("/mnt/scenes", "/mnt/scenes", "/data", "/data"),
        ("/mnt/scenes/b.tif", "/", "/mirror", "/mirror/mnt/scenes/b.tif"),
        ("/mnt/b.tif", "/mnt", "/", "/b.tif"),
        (r"Z:\Scenes\Zürich\b.tif", "Z:\\", "/data", "/data/Scenes/Zürich/b.tif"),
        (r"Z:\Scenes\Zürich\b.tif", "Z:", "/data", "/data/Scenes/Zürich/b.tif"),
        (r"z:\scenes\b.TIF", r"Z:\SCENES", "/data", "/data/b.TIF"),
        ("Z:/Scenes/b.tif", r"Z:\Scenes", "/data", "/data/b.tif"),
        (r"\\server\share\a\b.tif", r"\\server\share", "/data", "/data/a/b.tif"),
        ("/mnt/a/b.tif", "/mnt", r"D:\data", r"D:\data\a\b.tif"),
    ],
)
def test_the_rest_of_the_path_is_kept(path, here, there, expected):
    assert counterpart(path, [(here, there)]) == expected


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/mnt/scenes2/b.tif", "/mnt/scenes"),  # the beginning of a name is no folder
        ("/mnt/Scenes/b.tif", "/mnt/scenes"),
        ("/mnt/scenes/../secret/b.tif", "/mnt/scenes"),  # steps out of it
        (r"Y:\scenes\b.tif", "Z:\\"),
        (r"Z:\b.tif", "/"),
        ("/b.tif", "Z:\\"),
        ("/b.tif", " "),
        ("/b.tif", ""),
    ],
)
def test_what_no_pair_covers_has_no_counterpart(path, here):
    assert counterpart(path, [(here, "/data")]) is None


def test_the_pair_with_the_longest_folder_counts():
    pairs = [("/mnt", "/a"), ("/mnt/fast/scenes", "/c"), ("/mnt/fast", "/b")]
    assert counterpart("/mnt/fast/scenes/x.tif", pairs) == "/c/x.tif"
    assert counterpart("/mnt/fast/x.tif", pairs) == "/b/x.tif"
