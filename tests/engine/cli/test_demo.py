"""Which files `make demo SCENE=...` means."""

from wholescene.cli.demo import scene_of


def touch(*paths):
    for path in paths:
        path.write_bytes(b"")


def test_one_file_even_with_blanks_in_its_name(tmp_path):
    scene = tmp_path / "my own scene.tif"
    touch(scene)
    assert scene_of(str(scene)) == (str(scene),)


def test_several_files_in_one_string(tmp_path):
    red, green = tmp_path / "red.tif", tmp_path / "green.tif"
    touch(red, green)
    assert scene_of(f"{red} {green}") == (str(red), str(green))


def test_a_folder_means_its_rasters(tmp_path):
    touch(tmp_path / "B03.tif", tmp_path / "B02.TIF", tmp_path / "notes.txt")
    assert scene_of(str(tmp_path)) == (str(tmp_path / "B02.TIF"), str(tmp_path / "B03.tif"))


def test_what_is_not_there_stays_as_it_was_said(tmp_path):
    assert scene_of("a b.tif") == ("a b.tif",)
    assert scene_of('NETCDF:"x.nc":temperature') == ('NETCDF:"x.nc":temperature',)
    assert scene_of(str(tmp_path)) == (str(tmp_path),)
