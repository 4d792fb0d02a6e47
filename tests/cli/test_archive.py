"""Tests of `wxbot ingest --archive`: totals, report, JSON lines, exit codes, and paths that it refuses."""

from pathlib import Path

import pytest

from tests.conftest import Shell


@pytest.fixture
def archive(home: Path) -> Path:
    """Return a folder of 2019 with the issues 1 and 3, and an empty file."""
    folder = home / "旧刊" / "2019"
    folder.mkdir(parents=True)
    for number in (1, 3):
        head = f"海风协会简报\n2019年第{number}期\n2019年{number}月1日\n\n"
        text = f"{head}【要闻】\n\n年会召开\n\n　　会员到会，审议预算。\n"
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    (folder / "空.txt").write_bytes(b"")
    return folder.parent


@pytest.mark.both_databases
def test_the_report_names_what_was_refused_and_what_is_missing(shell: Shell, archive: Path) -> None:
    """The report stands beside the archive, with the reasons, the missing numbers and every file; exit 1."""
    ran = shell("ingest", "--archive", "旧刊")

    assert 1 == ran.code
    assert "3 个文件，新上架 2  没有收下 1" in ran.out
    report = (archive.parent / "旧刊.导入报告.txt").read_text(encoding="utf-8")
    assert "2019 年  新上架 2  缺第 2 期" in report
    assert "是空文件" in report
    assert "新上架\t2019-03\t旧刊/2019/3.txt" in report
    assert ["2019-03", "2019-01"] == [each["key"] for each in shell("issues", "--json").json]


def test_json_has_a_line_a_file_and_one_with_the_totals(shell: Shell, archive: Path) -> None:
    """A second import finds the same; a report among the files is not taken for a bulletin."""
    shell("ingest", "--archive", "旧刊", "--report", "旧刊/上次.导入报告.txt")
    *files, last = shell("ingest", "--archive", "旧刊", "--json").lines

    assert ["same", "same", "refused"] == [line["outcome"] for line in files]
    assert {"same": 2, "refused": 1} == last["report"]["files"]
    assert [2] == next(year["missing"] for year in last["report"]["years"] if year["year"] == 2019)
    assert (archive / "上次.导入报告.txt").is_file()


def test_a_dry_run_and_hold_publish_nothing(shell: Shell, archive: Path) -> None:
    """`--dry-run` writes neither issues nor a report; `--hold` leaves every issue to the editors."""
    (archive / "2019" / "空.txt").unlink()
    assert 0 == shell("ingest", "--archive", "旧刊", "--dry-run").code
    assert [] == shell("issues", "--json").json
    assert not (archive.parent / "旧刊.导入报告.txt").exists()

    assert 1 == shell("ingest", "--archive", "旧刊", "--hold").code
    assert ["held", "held"] == [each["state"] for each in shell("issues", "--json").json]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--archive", "content/bulletins"), "重叠"),
        (("--archive", "旧刊", "--report", "没有/报告.txt"), "报告写不到"),
        (("--archive", "旧刊", "--number", "2019-01"), "不能与"),
        (("旧刊", "--report", "报告.txt"), "与 --archive 同用"),
    ],
)
def test_what_cannot_be_done_is_said_before_the_work(
    shell: Shell, archive: Path, words: tuple[str, ...], says: str
) -> None:
    """The watched folder, a report that cannot be written and options of a single file are refused with exit 2."""
    ran = shell("ingest", *words)
    assert (2, True) == (ran.code, says in ran.err)
    assert archive.is_dir()


@pytest.mark.both_databases
def test_a_path_that_does_not_exist_is_refused(shell: Shell, archive: Path) -> None:
    """Nothing else was named: exit 3, and no report."""
    ran = shell("ingest", "--archive", "没有")
    assert (3, True) == (ran.code, "找不到" in ran.out)
    assert [] == list(archive.parent.glob("*导入报告*"))
    assert archive.is_dir()
