"""The report: sections and the ends of logs."""

from wholescene.wire import report
from wholescene.wire.redaction import Whose

NOBODY = Whose((), (), ())


def test_sections_stand_one_after_another():
    told = report.report_text([("Versions", "QGIS 3"), ("Logs", "  \n")], NOBODY)
    assert told == "## Versions\n\nQGIS 3\n\n## Logs\n\n(nothing)\n"


def test_the_end_of_a_log_is_told_as_it_can_be_read(tmp_path):
    log = tmp_path / "engine.log"
    log.write_bytes(b"".join(b"line %d\n" % number for number in range(100)) + b"\x1b[2Jend \xff\n")
    lines = report.tail(log, 3).splitlines()
    assert lines == ["line 98", "line 99", "\ufffd[2Jend \ufffd"]


def test_half_a_line_is_left_out_for_it_may_be_half_a_key(tmp_path):
    log = tmp_path / "engine.log"
    log.write_text("ab" * report.TAIL_BYTES + "\nlast")
    assert report.tail(log) == "last"


def test_a_log_that_is_not_there_says_so(engine_home):
    assert dict(report.log_sections()) == dict.fromkeys(report.LOGS, "(No such file or directory)")
