"""A disk that fills while a class map is written: a coded error, and nothing left behind."""

import contextlib
import os
import resource
import signal
import subprocess

import pytest
from rasterio import Affine

from class_maps import plan, unpackable, write_blocks
from wholescene.raster.classmap import ClassMapWriter
from wholescene.raster.grid import Grid
from wholescene.wire.errors import DiskFull


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(path):
    grid = Grid(4000, 4000, Affine.identity())
    classes = unpackable()
    with ClassMapWriter(plan(grid=grid), path) as writer:
        write_blocks(writer, classes, size=1000)
        writer.finish()


class TestFullDisk:
    def test_while_writing_blocks(self, tiny_disk):
        with pytest.raises(DiskFull) as caught:
            fill(tiny_disk / "a.tif")
        assert not list(tiny_disk.iterdir())
        assert caught.value.params["needed_mb"] >= 1

    def test_while_finishing(self, tiny_disk):
        # the part file fits, its overviews and the copy do not
        grid = Grid(2000, 1500, Affine.identity())
        classes = unpackable()[:1500, :2000]
        with ClassMapWriter(plan(grid=grid), tiny_disk / "a.tif") as writer:
            write_blocks(writer, classes, size=512)
            with pytest.raises(DiskFull):
                writer.finish()
        assert not list(tiny_disk.iterdir())

    def test_a_limit_on_file_sizes(self, tmp_path):
        """The same where no disk can be mounted: the system refuses to let a file grow."""
        with file_size_limit() as limit:
            limit(1 << 20)
            with pytest.raises(DiskFull):
                fill(tmp_path / "a.tif")
        assert not os.listdir(tmp_path)

    @pytest.mark.parametrize("size", [300_000, 1_500_000])
    def test_a_limit_that_only_the_copy_meets(self, tmp_path, size):
        """At the smaller one GDAL cannot write its overviews; at the larger one it fails without a reason."""
        grid = Grid(4000, 4000, Affine.identity())
        with ClassMapWriter(plan(grid=grid), tmp_path / "a.tif") as writer:
            write_blocks(writer, unpackable(), size=1000)
            with file_size_limit() as limit, pytest.raises(DiskFull):
                writer.finish(lambda fraction: limit(size) if fraction == 0.5 else None)
        assert not os.listdir(tmp_path)


@contextlib.contextmanager
def file_size_limit():
    """A function that sets the largest size a file of this process may reach."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
