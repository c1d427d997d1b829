"""Making a bundle."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "BundlingBuild",
    "BundlingFile",
    "BundlingIncomplete",
    "BundlingNoWheel",
    "BundlingPip",
    "BundlingPython",
    "BundlingWheel",
]


class BundlingPip(WholeSceneError):
    code = "bundling.pip"
    problem = "pip could not get the packages: {detail}."
    remedy = "Check the network, pip's configuration and the addresses of the package indexes."


class BundlingNoWheel(WholeSceneError):
    code = "bundling.no_wheel"
    problem = "Where pip looks there is no wheel of {package} for {platform} with Python {python}."
    remedy = "Name a package index that has one, or choose another Python."


class BundlingBuild(WholeSceneError):
    code = "bundling.build"
    problem = "The build of torch that pip found is {found}; {expected} was asked for."
    remedy = "Name the package index that has this build, such as https://download.pytorch.org/whl/{expected}."


class BundlingIncomplete(WholeSceneError):
    code = "bundling.incomplete"
    problem = "What was collected could not be installed on {platform} with Python {python}: {detail}."
    remedy = "Renew the pins of the requirements so that they fit together, or choose another Python."


class BundlingPython(WholeSceneError):
    code = "bundling.python"
    problem = "{path} cannot be packed as the standalone Python: {detail}."
    remedy = "Give an archive of python-build-standalone of the kind install_only that was made for the platform."


class BundlingWheel(WholeSceneError):
    code = "bundling.wheel"
    problem = "{path} is no wheel that can be packed: {detail}."
    remedy = "Build or download it again."


class BundlingFile(WholeSceneError):
    code = "bundling.file"
    problem = "{path} cannot be packed: {detail}."
    remedy = "Rename the file, or take it out of its folder."
