"""The computation: memory, precision, ranks, workers."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "Cancelled",
    "DeviceMissing",
    "EngineDied",
    "ExchangeFailed",
    "JobUnknown",
    "NoExactForm",
    "NotFinite",
    "OutOfMemory",
    "PlanDeviceMemory",
    "PlanMemory",
    "PrecisionOnDevice",
    "PrecisionUnsupported",
    "RanksMissing",
    "ScratchFull",
    "SizeInvalid",
    "WindowTooLarge",
    "WorkerDied",
]


class ScratchFull(WholeSceneError):
    code = "scratch.full"
    problem = "The scratch folder {path} has {free_mb} MB free; the features of this scene need {needed_mb} MB."
    remedy = "Free some space, or point WHOLESCENE_SCRATCH to a larger disk."


class SizeInvalid(WholeSceneError):
    code = "size.invalid"
    problem = "'{size}' is not an amount of memory."
    remedy = "Write it like 8GiB, 24GB or 512MiB."


class PlanMemory(WholeSceneError):
    code = "plan.memory"
    problem = (
        "The job needs at least {needed_mb} MB of main memory and may take {allowed_mb} MB; "
        "the largest part, {part_mb} MB, is for {part}."
    )
    remedy = (
        "Free some memory or allow it with --memory {needed_mb}MB; fewer ranks on this machine, a smaller scene "
        "or a preset with pooled keys need less."
    )


class PlanDeviceMemory(WholeSceneError):
    code = "plan.device_memory"
    problem = (
        "The job needs at least {needed_mb} MB of memory on each device and may take {allowed_mb} MB; "
        "the largest part, {part_mb} MB, is for {part}."
    )
    remedy = (
        "Use more devices with --ranks, larger ones or --device cpu; a smaller scene "
        "or a preset with pooled keys needs less."
    )


class OutOfMemory(WholeSceneError):
    code = "compute.out_of_memory"
    problem = "The machine ran out of memory: {detail}."
    remedy = "Close other programs and try again."


class NotFinite(WholeSceneError):
    code = "compute.not_finite"
    problem = "The network's answer near row {row}, column {col} is not a number: its features grew too large."
    remedy = "Choose --precision float32; if that is what was used, the weights do not suit scenes with such values."


class NoExactForm(WholeSceneError):
    code = "compute.no_exact_form"
    problem = "The operator {operator} has no exact form over a divided scene."
    remedy = "Use a preset whose network is made of operators that have one."


class PrecisionUnsupported(WholeSceneError):
    code = "compute.precision"
    problem = "The preset '{preset}' was not validated at {precision}; it allows {allowed}."
    remedy = "Choose one of these or --precision auto."


class WindowTooLarge(WholeSceneError):
    code = "plan.window"
    problem = "Windows of {side} pixels need {needed_mb} MB of {memory}; the job may take {allowed_mb} MB."
    remedy = "Choose smaller ones with --crop, or segment the scene as a whole, which needs less."


class PrecisionOnDevice(WholeSceneError):
    code = "compute.precision_device"
    problem = "{precision} cannot be computed on the device '{device}'."
    remedy = "Choose float32, bf16 or --precision auto; fp16 needs a CUDA device."


class Cancelled(WholeSceneError):
    code = "job.cancelled"
    problem = "The job was cancelled."
    remedy = ""


class WorkerDied(WholeSceneError):
    code = "job.worker_died"
    problem = "The worker process ended in the middle of the job ({detail})."
    remedy = "Try again: the next job gets a new one. Often the machine ran out of memory; worker.log may say more."


class EngineDied(WholeSceneError):
    code = "job.engine_died"
    problem = "The engine ended in the middle of the job."
    remedy = "Start the job again."


class RanksMissing(WholeSceneError):
    code = "ranks.missing"
    problem = "The ranks could not meet: of {size}, rank(s) {missing} did not come within {seconds} seconds."
    remedy = "Look into worker.log, and check that the ranks reach each other over the network interface you named."


class ExchangeFailed(WholeSceneError):
    code = "ranks.exchange"
    problem = "The ranks lost each other in the middle of the job ({detail})."
    remedy = "Try again; if it comes back, look into worker.log and check the network between the machines."


class DeviceMissing(WholeSceneError):
    code = "compute.device"
    problem = "The device {device} cannot be used: {detail}."
    remedy = "Choose another one, for example --device cpu."


class JobUnknown(WholeSceneError):
    code = "job.unknown"
    problem = "There is no job {job}."
    remedy = "Ask for the status to see the jobs of this engine."
