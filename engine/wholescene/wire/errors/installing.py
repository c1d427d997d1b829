"""Installing the engine: bundles, and what stands in the way of an environment of its own."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "BundleInvalid",
    "BundlePlatform",
    "BundleUnpack",
    "CertificateUntrusted",
    "DownloadDamaged",
    "DownloadIntercepted",
    "DownloadRefused",
    "EngineFileHeld",
    "EngineUnfit",
    "FolderUnusable",
    "InstallDiskFull",
    "InstallFailed",
    "InstallUnderWay",
    "NetworkMissing",
    "NoPython",
    "NoWheel",
    "OtherRelease",
    "PythonUnusable",
    "WrongBuild",
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


class NoPython(WholeSceneError):
    code = "install.no_python"
    problem = "The engine needs a 64-bit Python, version {oldest} to {newest}, and none was found: {detail}."
    remedy = "Install one (python.org, or your system's packages), or take a bundle file, which brings its own."


class PythonUnusable(WholeSceneError):
    code = "install.python_unusable"
    problem = "{path} cannot make an environment for the engine: {detail}."
    remedy = "Choose another Python. On Debian and Ubuntu the package python3-venv may be missing."


class InstallDiskFull(WholeSceneError):
    code = "install.disk_full"
    problem = "There is no room for the engine in {folder}: {need} are needed, {free} are free."
    remedy = "Make room there and install again; what has been downloaded is kept."


class FolderUnusable(WholeSceneError):
    code = "install.folder"
    problem = "The engine's folder {folder} cannot be written: {detail}."
    remedy = "Check its permissions, and whether a program has a file of it open; then install again."


class NetworkMissing(WholeSceneError):
    code = "install.network"
    problem = "{host} cannot be reached: {detail}."
    remedy = (
        "Check the network, and the proxy in QGIS's settings (Options > Network); then install again, which goes on "
        "where it stopped. Without a network, install from a bundle file."
    )


class CertificateUntrusted(WholeSceneError):
    code = "install.certificate"
    problem = "The certificate that {host} shows is not trusted: {detail}."
    remedy = (
        "A proxy may stand in between. Add its certificate authority in QGIS (Options > Authentication > Manage "
        "Certificates), or ask whoever runs the network; or install from a bundle file."
    )


class DownloadIntercepted(WholeSceneError):
    code = "install.intercepted"
    problem = "{host} answered with a web page where the file {name} was expected."
    remedy = (
        "Often a proxy or a network's log-in page answers in its place: open a web page in the browser, log in, and "
        "install again; or install from a bundle file."
    )


class DownloadRefused(WholeSceneError):
    code = "install.refused"
    problem = "{host} does not hand out {name}: {detail}."
    remedy = "Choose another source of packages, or install from a bundle file."


class DownloadDamaged(WholeSceneError):
    code = "install.damaged"
    problem = "{name} is not what was expected: its SHA-256 is {found}, not {expected}."
    remedy = "It was deleted. Install again; if it comes back, something on the way changes files: ask your network."


class NoWheel(WholeSceneError):
    code = "install.no_wheel"
    problem = "The source of packages has no {package} that fits {python}: {detail}."
    remedy = "Choose another Python or another source of packages, or install from a bundle file."


class WrongBuild(WholeSceneError):
    code = "install.build"
    problem = "The CPU build of PyTorch was expected, but the source of packages offers {found} only."
    remedy = "Choose the internet as the source, the CUDA build, or install from a bundle file."


class EngineFileHeld(WholeSceneError):
    code = "install.file_held"
    problem = "Another program has {path} open: {detail}."
    remedy = "An antivirus program often does so for a while. Close what uses it, or wait, and try again."


class InstallUnderWay(WholeSceneError):
    code = "install.under_way"
    problem = "Another QGIS of this account is installing the engine into {folder}."
    remedy = "Wait for it, or cancel it there."


class OtherRelease(WholeSceneError):
    code = "install.release"
    problem = "{source} holds WholeScene {found}, but this plugin needs {expected}."
    remedy = "Take a bundle of the plugin's release, or update the plugin."


class EngineUnfit(WholeSceneError):
    code = "install.check"
    problem = "The engine was installed but does not work: {detail}."
    remedy = "It was not registered. Install again to repair it; on Windows the Visual C++ runtime may be missing."


class InstallFailed(WholeSceneError):
    code = "install.failed"
    problem = "The installation stopped: {detail}."
    remedy = "Install again: it goes on where it stopped."
