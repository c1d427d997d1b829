"""The jobs that run, noted in the user's profile so that they survive QGIS."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List

from qgis.core import QgsSettings

from .job import Job
from .launcher import is_alive

SETTING = "wholescene/jobs"


class JobStore:
    """One record per running job. Other QGIS processes of the same profile keep theirs beside ours."""

    def note(self, job: Job) -> None:
        """Write down a job that the engine has taken, or what is new about it."""
        records = self._read()
        records[job.id] = {**job.to_record(), "owner": os.getpid()}
        self._write(records)

    def forget(self, job: Job) -> None:
        """The job has ended, and its end has been told."""
        records = self._read()
        if records.pop(job.id, None) is not None:
            self._write(records)

    def left_behind(self) -> List[Job]:
        """Jobs whose QGIS is gone, or which this one let go of (the plugin was loaded again)."""
        found = []
        for record in self._read().values():
            try:
                if not _elsewhere(record.get("owner")):
                    found.append(Job.from_record(record))
            except (KeyError, TypeError, ValueError, AttributeError):
                continue  # of another release, or damaged: nothing to search for
        return found

    def _read(self) -> Dict[str, Any]:
        try:
            records = json.loads(QgsSettings().value(SETTING, "{}", str))
        except ValueError:
            return {}
        return records if isinstance(records, dict) else {}

    def _write(self, records: Dict[str, Any]) -> None:
        settings = QgsSettings()
        settings.setValue(SETTING, json.dumps(records))
        settings.sync()  # to disk: QGIS may be killed at any moment


def _elsewhere(owner: Any) -> bool:
    """Whether another living QGIS follows the job. On Windows that cannot be asked: the job is followed twice."""
    return os.name == "posix" and int(owner or 0) not in (0, os.getpid()) and is_alive(int(owner))
