"""Ranks and threads for the engine's tests."""

import pytest
import torch

from rank_pool import RankPool

_POOLS = pytest.StashKey[RankPool]()


@pytest.fixture(scope="session")
def rank_pool(request):
    """Groups of 2, 3, … processes that have joined: ``rank_pool.run(size, function, …)``."""
    pool = request.config.stash[_POOLS] = RankPool()
    yield pool
    pool.end()


def pytest_runtest_teardown(item, nextitem):
    """Idle ranks hold memory that later tests may want."""
    done = nextitem is None or nextitem.path.parent != item.path.parent
    if done and _POOLS in item.config.stash:
        item.config.stash[_POOLS].end()


@pytest.fixture
def one_thread():
    """As many threads as each rank has: another number may round otherwise."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
