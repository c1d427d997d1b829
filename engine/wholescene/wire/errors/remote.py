"""Files on the engine's machine, and those that travel to it and back."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "RemoteConflict",
    "RemoteCorrupt",
    "RemoteDiskFull",
    "RemoteFileUnwritable",
    "RemoteInUse",
    "RemoteIncomplete",
    "RemoteName",
    "RemoteNoDepot",
    "RemoteNoFiles",
    "RemoteNoSuchFile",
    "RemoteNotStored",
    "RemoteOffset",
]


class RemoteNoSuchFile(WholeSceneError):
    code = "remote.no_such_file"
    problem = "The engine's machine has no file {path} that it can read ({detail})."
    remedy = "Check how folders of this machine are mapped to folders there, or let the file be sent."


class RemoteName(WholeSceneError):
    code = "remote.name"
    problem = "A file cannot be kept on the engine's machine under the name {name}: {detail}."
    remedy = "Rename the file; a plain name of at most {most} bytes is expected."


class RemoteDiskFull(WholeSceneError):
    code = "remote.disk_full"
    problem = "The disk of the engine's machine has no room for {name} ({needed_mb} MB needed, {free_mb} MB free)."
    remedy = "Free some space in {path} there, then send the file again: what has arrived is kept."


class RemoteFileUnwritable(WholeSceneError):
    code = "remote.unwritable"
    problem = "The engine's machine cannot write {path}: {detail}."
    remedy = "See that the folder can be written there, then send the file again: what has arrived is kept."


class RemoteNoDepot(WholeSceneError):
    code = "remote.no_depot"
    problem = "The engine keeps no files of its clients: {detail}."
    remedy = "See that the engine's data folder can be written on its machine, and start the engine again."


class RemoteNotStored(WholeSceneError):
    code = "remote.not_stored"
    problem = "The engine does not expect a part of {name} now."
    remedy = "Send the file again from where it stopped; the engine may have been started anew meanwhile."


class RemoteOffset(WholeSceneError):
    code = "remote.offset"
    problem = "The engine has {have} bytes of {name}; a part at {offset} does not go on from there."
    remedy = "Go on from where the file ends there."


class RemoteIncomplete(WholeSceneError):
    code = "remote.incomplete"
    problem = "{name} is not complete on the engine's machine: {have} of {size} bytes are there."
    remedy = "Send the rest of the file."


class RemoteCorrupt(WholeSceneError):
    code = "remote.corrupt"
    problem = "{name} did not arrive as it was sent: its SHA-256 is {found} instead of {expected}."
    remedy = "Try again; nothing of it was kept. The file may have been changed while it was under way."


class RemoteConflict(WholeSceneError):
    code = "remote.conflict"
    problem = "The engine's machine has another file {name} in the same set already."
    remedy = "Send the file under another set; the scene has probably been changed since it was sent."


class RemoteInUse(WholeSceneError):
    code = "remote.in_use"
    problem = "The job {job} still needs these files on the engine's machine."
    remedy = "Wait for its end, or cancel it."


class RemoteNoFiles(WholeSceneError):
    code = "remote.no_files"
    problem = "The job {job} has no files to fetch: {detail}."
    remedy = "Only what a finished job has written, and what is still where it was written, can be fetched."
