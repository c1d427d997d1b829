"""A job in words, for its row in the list."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from ..core.job import Job, Phase
from ..core.preflight import amount
from ..core.stages import stage_text
from ..translation import number
from .texts import time_left, tr

SOON = 10.0  # seconds that are not worth a number


def stage_words(job: Job) -> str:
    """What happens to the job now, or how it ended."""
    if job.phase is Phase.QUEUED and job.ahead > 0:
        return tr("Waiting for %n other jobs…", n=job.ahead)
    if job.phase is Phase.SEARCHING and job.host:
        return tr("On {host}, which is not connected").format(host=job.host)
    if job.phase is Phase.RUNNING:
        return f"{stage_text(job.stage)}…"
    if job.waits_there:
        return tr("The finished map waits on {host}").format(host=job.host)
    return {
        Phase.WAITING: tr("Connecting to {host}…").format(host=job.host) if job.host else tr("Starting the engine…"),
        Phase.SENDING: freight_words(job),
        Phase.FETCHING: tr("Fetching the map…"),
        Phase.SENT: tr("Sent to the engine…"),
        Phase.QUEUED: tr("Waiting for its turn…"),
        Phase.CANCELLING: tr("Cancelling…"),
        Phase.SEARCHING: tr("Looking for the engine that has it…"),
        Phase.DONE: tr("Finished"),
        Phase.FAILED: tr("Stopped by an error"),
        Phase.CANCELLED: tr("Cancelled"),
    }[job.phase]


def detail_words(job: Job) -> str:
    """Percent, time left, throughput; before the first block, that one has to wait for it."""
    if job.ended:
        return part_words(job.shown) if job.keepable else ""
    if job.phase is Phase.SENDING:
        return sending_words(job.freight)
    if job.phase is not Phase.RUNNING:
        return ""
    left = time_left(job.seconds_left) or time_left(job.plan.get("seconds") if job.fraction == 0 else None)
    parts = [f"{int(job.fraction * 100)} %", left, throughput(job.pixels_per_second()), memory(job.plan)]
    line = " · ".join(part for part in parts if part)
    if job.shown == 0 and job.stage in ("reading", "encoding", "interacting"):
        line = f"{line}<br>{reading_words(seconds_to_first_block(job))}"
    return line


def freight_words(job: Job) -> str:
    """What happens to a scene whose engine is on another machine."""
    news = job.freight
    host, stage = news.get("host", ""), news.get("stage")
    if stage == "asking":
        return tr("The scene has to be sent to {host} first").format(host=host)
    if stage == "waiting":
        return tr("Waiting until another scene is sent…")
    if stage == "sending":
        done, total = amount(news["done"]), amount(news["total"])
        return tr("Sending the scene, {done} of {total}").format(done=done, total=total)
    return tr("Looking what {host} has of the scene…").format(host=host)


def sending_words(news: Mapping[str, Any]) -> str:
    """How much has to be sent, and how long that takes: measured, or assumed and said to be."""
    left = int(news.get("total") or 0) - int(news.get("done") or 0)
    if news.get("stage") not in ("asking", "sending") or left <= 0:
        return ""
    minutes = max(1, round(float(news["seconds"]) / 60))
    words = tr("{amount} in about {n} min").format(amount=amount(left), n=minutes)
    if news.get("assumed"):
        words += "<br>" + tr("That assumes 10 Mbit/s: nothing has been sent there yet.")
    return words


def send_words(job: Job) -> str:
    """``Send 812 MB``."""
    left = int(job.freight["total"]) - int(job.freight["done"])
    return tr("Send {amount}").format(amount=amount(left))


def share_done(job: Job) -> float:
    """What the bar shows: of the job, or of the bytes that are on their way."""
    if job.phase is Phase.SENDING:
        return float(job.freight["done"]) / job.freight["total"] if job.freight.get("total") else 0.0
    if job.phase is Phase.FETCHING:
        return float(job.freight.get("share") or 0.0)
    return job.fraction


def reading_words(seconds: Optional[float]) -> str:
    """``Reading the whole scene; first blocks in about 4 min``."""
    if seconds is None or seconds < SOON:
        return tr("The whole scene is read first; then the map grows.")
    if seconds < 90:
        return tr("Reading the whole scene; first blocks in about {n} s").format(n=round(seconds / 5.0) * 5)
    return tr("Reading the whole scene; first blocks in about {n} min").format(n=round(seconds / 60.0))


def seconds_to_first_block(job: Job) -> Optional[float]:
    """What is left until the map begins to grow: the plan's share of the whole, at the pace that the job has."""
    whole, first = job.plan.get("seconds"), job.plan.get("seconds_to_first_block")
    if not whole or first is None or not 0 <= job.fraction < 1:
        return None
    pace = float(whole) if job.seconds_left is None else job.seconds_left / (1 - job.fraction)
    return max(0.0, pace * (float(first) / float(whole) - job.fraction))


def part_words(share: float) -> str:
    """How much there is of a map that was not finished."""
    if share >= 1:
        return tr("All of the map is there")
    return tr("{n} % of the map is there, the rest is nodata").format(n=percent(share))


def percent(share: float) -> str:
    """Never 0 for something, never 100 for not everything."""
    rounded = round(100 * share)
    return str(min(max(rounded, 1), 99) if 0 < share < 1 else rounded)


def memory(plan: Mapping[str, Any]) -> str:
    """``takes about 1.2 GB``, as the engine planned; empty before."""
    peak = int(plan.get("peak_bytes") or 0)
    return tr("takes about {amount}").format(amount=amount(peak)) if peak else ""


def throughput(pixels_per_second: Optional[float]) -> str:
    """``2.1 million pixels/s``; empty when unknown."""
    if not pixels_per_second:
        return ""
    if pixels_per_second >= 1e5:
        return tr("{n} million pixels/s").format(n=number(pixels_per_second / 1e6, 1))
    return tr("{n} pixels/s").format(n=number(round(pixels_per_second, -3) or round(pixels_per_second)))
