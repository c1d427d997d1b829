"""Lanes: threads that compute tiles side by side, each with kernels of one thread.

Two tiles at a time on two processors take half the time of one tile whose every layer is split over
both: layers of a tile last less than a millisecond, and waiting for each other after each of them
costs as much as the work. And since no kernel is split, the bits do not depend on the number of
threads either.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from types import TracebackType
from typing import Generic, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lanes:
    """``count`` threads for the tiles of one run, as a context manager.

    With none, and before it is entered, all happens in the caller's thread; kernels then use as
    many threads as torch has been told to.
    """

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self._pool: ThreadPoolExecutor | None = None
        self._threads = 1

    @classmethod
    def for_device(cls, device: torch.device, most: int | None = None) -> Lanes:
        """As many lanes as torch may use threads on CPUs, at ``most`` so many; other devices work in a row alone."""
        threads = torch.get_num_threads()
        return cls(min(threads, most or threads) if device.type == "cpu" else 0)

    def in_order(self, compute: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """``compute`` of each item, in the order of the items; a few are computed ahead.

        Items are taken in the caller's thread. Leaving early waits for what is being computed.
        """
        if self._pool is None:
            yield from map(compute, items)
            return
        ahead: deque[Future[Result]] = deque()
        try:
            for item in items:
                ahead.append(self._pool.submit(_inferring, compute, item))
                if len(ahead) > self.count + 1:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                if not future.cancel():
                    future.exception()

    def for_each(
        self, compute: Callable[[Item], Result], items: Iterable[Item], done: Callable[[Item, Result], None]
    ) -> None:
        """``compute`` of each item in any order, and ``done`` of the item and what came of it, one at a time.

        The caller's thread is one of the lanes, and each takes its next item itself: where a tile
        lasts a millisecond, handing items and results from thread to thread costs a third of it.
        After an error no lane takes another item, and the error is raised here.
        """
        work = _Work(compute, iter(items), done)
        if self._pool is None:
            work.run()
            return
        others: list[Future[None]] = []
        try:
            others += (self._pool.submit(_inferring, work.run) for _ in range(self.count - 1))
            _inferring(work.run)
        except BaseException:
            work.over = True
            raise
        finally:
            wait(others)
        while others:
            others.pop().result()  # held by no name: an error would hold the frame, and the frame the error

    def __enter__(self) -> Lanes:
        if self.count:
            begin_vector_math()
            self._threads = torch.get_num_threads()
            torch.set_num_threads(1)
            # each thread is told by itself: matrix products do not ask what the others were told
            self._pool = ThreadPoolExecutor(self.count, "lane", torch.set_num_threads, (1,))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
            torch.set_num_threads(self._threads)


class _Work(Generic[Item, Result]):
    """Items that several threads take one by one."""

    def __init__(
        self, compute: Callable[[Item], Result], items: Iterator[Item], done: Callable[[Item, Result], None]
    ) -> None:
        self.compute, self.items, self.done = compute, items, done
        self.over = False  # after an error
        self._taking, self._telling = threading.Lock(), threading.Lock()

    def run(self) -> None:
        """Take items until there are none."""
        try:
            while (place := self._next()) is not None:
                result = self.compute(place[0])
                with self._telling:
                    if not self.over:
                        self.done(place[0], result)
        except BaseException:
            self.over = True
            raise

    def _next(self) -> tuple[Item] | None:
        with self._taking:
            if self.over:
                return None
            for item in self.items:
                return (item,)
            return None


@cache
def begin_vector_math() -> None:
    """Let MKL, of which torch takes root and tangent on x86, settle which of its functions suit the processor.

    It does so when the first of them is called and is not prepared for two threads that both call the
    first: now and then, once in 40 cold starts of two busy lanes, one of them got roots right to only
    12 bits (torch 2.13).
    """
    torch.zeros(1).sqrt()


@torch.inference_mode()
def _inferring(compute: Callable[..., Result], *items: object) -> Result:
    """Inference mode belongs to a thread."""
    return compute(*items)
