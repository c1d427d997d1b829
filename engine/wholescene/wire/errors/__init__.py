"""The one error catalogue: every failure a person can meet has a code here.

An error is a code, parameters and two sentences: what is wrong, with what was
expected, and the way out. Code and parameters travel over the wire, so that a
client can translate the sentences; :func:`from_dict` rebuilds the exception.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Type

from . import (
    accuracy,
    base,
    bundling,
    computation,
    data,
    engine,
    evaluation,
    finetuning,
    installing,
    models,
    notices,
    onnx,
    remote,
    request,
    result,
    scene,
    ssh,
    training,
)
from .accuracy import *
from .base import *
from .base import InternalError, WholeSceneError
from .bundling import *
from .computation import *
from .data import *
from .engine import *
from .evaluation import *
from .finetuning import *
from .installing import *
from .models import *
from .notices import *
from .onnx import *
from .remote import *
from .request import *
from .result import *
from .scene import *
from .ssh import *
from .training import *

__all__ = ["CATALOGUE", "from_dict"]
__all__ += accuracy.__all__
__all__ += base.__all__
__all__ += bundling.__all__
__all__ += computation.__all__
__all__ += data.__all__
__all__ += engine.__all__
__all__ += evaluation.__all__
__all__ += finetuning.__all__
__all__ += installing.__all__
__all__ += models.__all__
__all__ += notices.__all__
__all__ += onnx.__all__
__all__ += remote.__all__
__all__ += request.__all__
__all__ += result.__all__
__all__ += scene.__all__
__all__ += ssh.__all__
__all__ += training.__all__


def _subclasses(kind: Type[WholeSceneError]) -> "list[Type[WholeSceneError]]":
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _subclasses(child))]


CATALOGUE: Dict[str, Type[WholeSceneError]] = {kind.code: kind for kind in _subclasses(WholeSceneError)[1:]}


def from_dict(data: Mapping[str, Any]) -> WholeSceneError:
    """The exception that :meth:`WholeSceneError.to_dict` described; unknown codes stay readable."""
    kind = CATALOGUE.get(str(data.get("code")))
    if kind is None:
        return InternalError(detail=str(data.get("message", data.get("code"))))
    return kind(**{str(key): value for key, value in dict(data.get("params") or {}).items()})
