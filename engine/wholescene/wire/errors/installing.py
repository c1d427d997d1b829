"""Installing the engine: bundles, and what stands in the way of an environment of its own."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "BundleInvalid",
    "BundlePlatform",
    "BundleUnpack",
]


class BundleInvalid(WholeSceneError):
    code = "bundle.invalid"
    problem = "{path} is not a whole bundle of WholeScene: {detail}."
    remedy = "Copy or download the file again; a bundle is one ZIP file with a bundle.json in it."


class BundlePlatform(WholeSceneError):
    code = "bundle.platform"
    problem = "The bundle {path} was made for {bundle}, and this machine is {here}."
    remedy = "Get the bundle that was made for {here}."


class BundleUnpack(WholeSceneError):
    code = "bundle.unpack"
    problem = "{name} of the bundle could not be written to {folder}: {detail}."
    remedy = "Make room there or choose another folder, and try again; what is there already is kept."
