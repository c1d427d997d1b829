"""Reading the pickle inside a torch checkpoint without running anything it names.

A pickle can call any function that it names. Here it gets to call three: those that describe a
stored tensor. Every other name becomes `Inert`, which takes anything and does nothing, so that what
training leaves beside the weights (histories, optimisers) is passed over. Names that only an
attack needs end the reading.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

# names of torch's storage classes: the type of their values
STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}
# modules and functions that run programs or code; being inert they would do no harm either
REFUSED_MODULES = {
    "os",
    "posix",
    "nt",
    "subprocess",
    "commands",
    "pty",
    "sys",
    "socket",
    "shutil",
    "importlib",
    "runpy",
    "ctypes",
}
REFUSED_BUILTINS = {"eval", "exec", "execfile", "compile", "open", "__import__", "input", "breakpoint"}


class UnsafeName(Exception):
    """The pickle names something that weights never need."""


class Storage(NamedTuple):
    """A block of ``length`` values in the archive."""

    key: str
    dtype: str
    length: int


class StoredTensor(NamedTuple):
    """A tensor by its place in a storage; offset and strides in values."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Inert:
    """Stands for everything unknown: takes any argument, state or item, and keeps none."""

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Inert:
        """Whatever it is made from."""
        return super().__new__(cls)

    def __call__(self, *_: Any, **__: Any) -> Inert:
        """Nothing."""
        return self

    def __setstate__(self, _: Any) -> None:
        pass

    def __setitem__(self, _: Any, __: Any) -> None:
        pass

    def append(self, _: Any) -> None:
        """Nothing."""

    extend = add = append


class Record(dict[Any, Any]):
    """Stands for OrderedDict; attributes that the pickle would set on it are dropped."""

    __slots__ = ()

    def __setstate__(self, _: Any) -> None:
        pass


class Call:
    """One of our functions, offered to the pickle; it can be called and nothing else."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., StoredTensor]) -> None:
        self._function = function

    def __call__(self, *arguments: Any) -> StoredTensor:
        """Call it."""
        return self._function(*arguments)

    def __setstate__(self, _: Any) -> None:
        raise pickle.UnpicklingError("a function has no state")


def load(data: bytes) -> Any:
    """What the pickle describes: dicts, lists, numbers, texts, `StoredTensor` and `Inert`.

    Raises:
        UnsafeName: it names a function that runs programs or code.
        ValueError: it is damaged, or no pickle of torch.
    """
    try:
        return _Unpickler(io.BytesIO(data)).load()
    except UnsafeName:
        raise
    except Exception as problem:  # a damaged pickle can raise anything
        raise ValueError(f"its pickle is damaged ({type(problem).__name__}: {problem})") from problem


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> StoredTensor:
    if not isinstance(storage, Storage) or len(shape) != len(strides):
        raise pickle.UnpicklingError("a tensor without a storage")
    counts = (offset, *shape, *strides)
    if not all(isinstance(count, int) and 0 <= count < 1 << 40 for count in counts):
        raise pickle.UnpicklingError("a tensor of impossible size")
    last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True))
    if 0 not in shape and last >= storage.length:
        raise pickle.UnpicklingError("a tensor that reaches out of its storage")
    return StoredTensor(storage, offset, tuple(shape), tuple(strides))


def _parameter(tensor: Any, *_: Any) -> StoredTensor:
    if not isinstance(tensor, StoredTensor):
        raise pickle.UnpicklingError("a parameter without a tensor")
    return tensor


KNOWN = {
    ("collections", "OrderedDict"): Record,
    ("torch._utils", "_rebuild_tensor_v2"): Call(_tensor),
    ("torch._utils", "_rebuild_parameter"): Call(_parameter),
    ("torch._utils", "_rebuild_parameter_with_state"): Call(_parameter),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        if (module, name) in KNOWN:
            return KNOWN[module, name]
        in_builtins = module in ("builtins", "__builtin__", "io", "_io") and name.partition(".")[0] in REFUSED_BUILTINS
        if in_builtins or module.partition(".")[0] in REFUSED_MODULES:
            raise UnsafeName(f"{module}.{name}")
        return Inert

    def persistent_load(self, pid: Any) -> Storage:
        kind, dtype, key, _, length = pid
        known = kind == "storage" and isinstance(dtype, str) and dtype in STORAGES.values()
        if not (known and isinstance(key, str) and isinstance(length, int)):
            raise pickle.UnpicklingError("a storage of unknown type")
        return Storage(key, dtype, length)
