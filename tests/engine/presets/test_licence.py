"""Licences of weights: which of them forbid commercial use, and what they are called."""

import pytest

from wholescene.presets.licence import accepted, address, non_commercial, terms, title

# identifiers of the SPDX list whose licences the list's own texts restrict to non-commercial use, and names in the wild
FORBIDDING = [
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-ND-4.0",
    "cc-by-nc-sa-4.0",
    "PolyForm-Noncommercial-1.0.0",
    "OGL-UK-NC",
    "LicenseRef-NonCommercial",
    "Non-Commercial Use Only",
    "free for non commercial purposes",
    "for academic use only",
    "Research only",
    "not for commercial use",
    "Commercial use is prohibited",
    "commercial use not permitted",
    "Personal use only",
    "research and evaluation purposes only",
    "NVIDIA Source Code License for SegFormer",
    "CC-BY-NC-4.0 OR PolyForm-Noncommercial-1.0.0",
]
ALLOWING = [
    "MIT",
    "Apache-2.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "GPL-3.0",
    "NCSA",
    "other",
    "",
    "MIT OR CC-BY-NC-4.0",
    "ncsa",
    "commercial use is permitted",
    "for personal and commercial use",
]


@pytest.mark.parametrize("licence", FORBIDDING)
def test_these_forbid_commercial_use(licence):
    assert non_commercial(licence)
    assert terms(licence) == {"weights_use": "non-commercial use only"}


@pytest.mark.parametrize("licence", ALLOWING)
def test_of_these_nobody_says_so(licence):
    assert not non_commercial(licence)
    assert terms(licence) == {}


def test_names_are_full_words_and_the_text_can_be_found():
    # as the licence's own page has them
    assert title("CC-BY-NC-SA-4.0") == "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International"
    assert address("CC-BY-NC-SA-4.0") == "https://creativecommons.org/licenses/by-nc-sa/4.0/"
    assert (title("LicenseRef-of-mine"), address("LicenseRef-of-mine")) == ("LicenseRef-of-mine", "")


def test_an_acceptance_tells_the_day_and_nobodys_name(monkeypatch):
    monkeypatch.setenv("USER", "ada")
    told = accepted("MIT", "terminal").to_dict()
    assert set(told) == {"licence", "date", "how"}
    assert len(told["date"]) == len("2026-11-21")
    assert "ada" not in str(told)
