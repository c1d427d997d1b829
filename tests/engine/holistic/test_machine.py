"""Limits of control groups, from trees of files as the kernel shows them."""

import pytest

from wholescene.holistic import machine

GIB = 1 << 30


def groups(tmp_path, own, files):
    """A folder as /sys/fs/cgroup, and a file as /proc/self/cgroup."""
    root = tmp_path / "cgroup"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "own").write_text(own)
    return root, tmp_path / "own"


def test_a_batch_job_sees_what_its_group_leaves(tmp_path):
    """Version 2: 8 GiB allowed, 3 GiB used, of which 1 GiB is page cache that goes when asked."""
    files = {
        "slurm/job/memory.max": f"{8 * GIB}\n",
        "slurm/job/memory.current": f"{3 * GIB}\n",
        "slurm/job/memory.stat": f"anon {2 * GIB}\ninactive_file {GIB}\n",
        "slurm/memory.max": "max\n",
        "slurm/memory.current": f"{3 * GIB}\n",
    }
    found = list(machine.memory_groups(*groups(tmp_path, "0::/slurm/job\n", files)))
    assert found == [machine.Memory(6 * GIB, 8 * GIB, limited=True)]


def test_the_group_above_may_be_the_tighter_one(tmp_path):
    files = {
        "a/b/memory.max": str(8 * GIB),
        "a/b/memory.current": "0",
        "a/memory.max": str(4 * GIB),
        "a/memory.current": str(GIB),
    }
    found = list(machine.memory_groups(*groups(tmp_path, "0::/a/b\n", files)))
    assert [(memory.free, memory.total) for memory in found] == [(8 * GIB, 8 * GIB), (3 * GIB, 4 * GIB)]


def test_version_1_and_its_very_large_number_for_no_limit(tmp_path):
    files = {
        "memory/docker/x/memory.limit_in_bytes": str(2 * GIB),
        "memory/docker/x/memory.usage_in_bytes": str(GIB),
        "memory/docker/x/memory.stat": f"inactive_file 1\ntotal_inactive_file {GIB // 2}\n",
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "memory/memory.usage_in_bytes": str(GIB),
    }
    own = "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n0::/\n"
    found = list(machine.memory_groups(*groups(tmp_path, own, files)))
    assert found == [machine.Memory(3 * GIB // 2, 2 * GIB, limited=True)]


def test_a_container_finds_its_group_at_the_root(tmp_path):
    """The path in /proc/self/cgroup is the host's; inside it does not exist."""
    files = {"memory.max": str(GIB), "memory.current": "0"}
    found = list(machine.memory_groups(*groups(tmp_path, "0::/docker/4711\n", files)))
    assert [memory.total for memory in found] == [GIB]


def test_a_group_that_uses_more_than_it_may_leaves_nothing(tmp_path):
    files = {"memory.max": str(GIB), "memory.current": str(2 * GIB)}
    assert [memory.free for memory in machine.memory_groups(*groups(tmp_path, "0::/\n", files))] == [0]


@pytest.mark.parametrize(
    ("own", "files", "processors"),
    [
        ("0::/x\n", {"x/cpu.max": "150000 100000\n"}, 1.5),
        ("0::/x\n", {"x/cpu.max": "max 100000\n"}, 64),
        ("3:cpu,cpuacct:/x\n", {"cpu/x/cpu.cfs_quota_us": "200000", "cpu/x/cpu.cfs_period_us": "100000"}, 2),
        ("3:cpu,cpuacct:/x\n", {"cpu/x/cpu.cfs_quota_us": "-1", "cpu/x/cpu.cfs_period_us": "100000"}, 64),
        ("", {}, 64),
    ],
    ids=["quota", "no quota", "version 1", "version 1 without quota", "no groups"],
)
def test_processors_are_those_of_the_quota(tmp_path, monkeypatch, own, files, processors):
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert machine.processors(*groups(tmp_path, own, files)) == processors


def test_the_tightest_limit_counts(monkeypatch):
    whole = machine.main_memory()
    tight = machine.Memory(whole.free // 2, whole.total // 2, limited=True)
    monkeypatch.setattr(machine, "memory_groups", lambda: [tight, machine.Memory(whole.total, whole.total)])
    assert machine.main_memory() == tight


def test_a_launcher_says_how_many_ranks_share_the_host(monkeypatch):
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    assert machine.ranks_here(16) == 16
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert machine.ranks_here(16) == 4
    assert machine.ranks_here(2) == 2


def test_threads_are_those_of_the_environment_or_a_share_of_the_processors(monkeypatch):
    monkeypatch.setattr(machine, "processors", lambda: 6.5)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert [machine.threads_each(ranks) for ranks in (1, 2, 64)] == [6, 3, 1]
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert machine.threads_each(2) == 4
