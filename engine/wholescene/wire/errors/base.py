"""What all coded errors have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Dict, Mapping, Type

__all__ = [
    "InternalError",
    "WholeSceneError",
    "code_and_params",
]


class WholeSceneError(Exception):
    """Base of all coded errors. Parameters fill the two sentences."""

    code: ClassVar[str] = "internal"
    problem: ClassVar[str] = "Something went wrong inside the engine: {detail}."
    remedy: ClassVar[str] = "Please report this with the engine's log."

    def __init__(self, **params: Any) -> None:
        super().__init__(code_and_params(self.code, params))
        self.params: Dict[str, Any] = params

    @property
    def message(self) -> str:
        """Problem and way out in one paragraph."""
        return f"{self._fill(self.problem)} {self._fill(self.remedy)}".strip()

    def to_dict(self) -> Dict[str, Any]:
        """``{code, params, message}`` as it goes over the wire and into ``--json``."""
        return {"code": self.code, "params": dict(self.params), "message": self.message}

    def _fill(self, sentence: str) -> str:
        return sentence.format_map(_Unknown(self.params))

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"

    def __reduce__(self) -> Any:
        return (_rebuild, (type(self), self.params))


def _rebuild(kind: Type[WholeSceneError], params: Dict[str, Any]) -> WholeSceneError:
    return kind(**params)


def code_and_params(code: str, params: Mapping[str, Any]) -> str:
    """One log line: ``code key=value …``."""
    return " ".join([code, *(f"{key}={value!r}" for key, value in params.items())])


class _Unknown(Dict[str, Any]):
    """A missing parameter shows its name instead of hiding the error."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class InternalError(WholeSceneError):
    """A fault of ours, not of the input."""
