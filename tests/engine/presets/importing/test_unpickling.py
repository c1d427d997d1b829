"""Pickles that would run something: nothing runs, and what training leaves in a file is passed over."""

import builtins
import collections
import importlib
import os
import pathlib
import pickle
import subprocess

import numpy as np
import pytest

from wholescene.presets.importing.unpickling import Inert, Record, UnsafeName, load


class Attack:
    """Pickled, it becomes a call."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "it-ran"


def attacks(marker):
    touch = f"touch {marker}"
    write = f"open({str(marker)!r}, 'w').close()"
    return {
        "system": Attack(os.system, touch),
        "Popen": Attack(subprocess.check_call, ["touch", str(marker)]),
        "eval": Attack(builtins.eval, write),
        "exec": Attack(builtins.exec, write),
        "open": Attack(builtins.open, str(marker), "w"),
        "import": Attack(importlib.import_module, "os"),
        "mkdir": Attack(os.mkdir, str(marker)),
    }


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("kind", ["system", "Popen", "eval", "exec", "open", "import", "mkdir"])
def test_calls_that_run_something_are_refused_by_name(marker, kind, protocol):
    data = pickle.dumps({"state_dict": attacks(marker)[kind]}, protocol)
    with pytest.raises(UnsafeName):
        load(data)
    assert not marker.exists()


@pytest.mark.parametrize("kind", ["system", "Popen", "eval", "exec", "mkdir"])
def test_these_attacks_work_on_a_common_unpickler(marker, kind):
    pickle.loads(pickle.dumps(attacks(marker)[kind]))
    assert marker.exists()


@pytest.mark.parametrize(
    "function", [pathlib.Path.touch, pathlib.Path.mkdir, np.fromfile, np.save], ids=lambda function: function.__name__
)
def test_functions_that_nobody_thought_of_do_nothing(marker, function):
    found = load(pickle.dumps({"weights": Attack(function, marker, "w")}))
    assert isinstance(found["weights"], Inert)
    assert not marker.exists()


def test_a_chain_of_attribute_lookups_leads_nowhere(marker):
    """getattr(getattr(pathlib, 'os'), 'mkdir') as nested calls."""
    inner = Attack(getattr, pathlib.PurePath, "__init__")
    found = load(pickle.dumps([Attack(getattr, inner, "__globals__"), inner]))
    assert all(isinstance(thing, Inert) for thing in found)


def test_a_state_cannot_replace_methods_of_a_dict():
    data = b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00aK\x01u}X\x05\x00\x00\x00itemsK\x07sb."
    assert getattr(pickle.loads(data), "items") == 7  # noqa: B009
    found = load(data)
    assert isinstance(found, Record)
    assert list(found.items()) == [("a", 1)]


@pytest.mark.parametrize("name", [b"torch._utils\n_rebuild_tensor_v2", b"torch._utils\n_rebuild_parameter"])
def test_a_state_cannot_be_set_on_our_functions_or_classes(name):
    with pytest.raises(ValueError, match="damaged"):
        load(b"\x80\x02c" + name + b"\n}X\x0c\x00\x00\x00__defaults__)sb.")
    with pytest.raises(ValueError, match="damaged"):
        load(b"\x80\x02ccollections\nOrderedDict\n}X\x05\x00\x00\x00itemsK\x07sb.")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a pickle at all",
        b"\x80\x02X\xff\xff\xff\x7fcut off",
        b"\x80\x02r\xff\xff\xff\xff.",  # a memo of 2^32 entries
        pickle.dumps({"a": 1})[:-3],
        b"\x80\x02(X\x07\x00\x00\x00storageX\x01\x00\x00\x00xtQ.",  # a storage of no type
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x00))tR.",  # a tensor of no storage
    ],
)
def test_damaged_pickles_are_an_error_of_their_own(data):
    with pytest.raises(ValueError, match="damaged"):
        load(data)


class HistoryBuffer:
    """Of the shape of mmengine's: what its message hub keeps in every checkpoint."""

    def __init__(self):
        self._log_history = np.arange(5.0)
        self._statistics = collections.deque([1, 2])


def test_what_training_leaves_is_passed_over():
    hub = collections.defaultdict(HistoryBuffer, {"loss": HistoryBuffer()})
    content = {"message_hub": {"log_scalars": hub, "ids": {1, 2}}, "state": collections.Counter("abc"), "epoch": 3}
    found = load(pickle.dumps(content))
    assert found["epoch"] == 3
    assert isinstance(found["state"], Inert)
    assert isinstance(found["message_hub"]["log_scalars"], Inert)
