"""`wxbot ingest --archive`: import an archive, show the progress, and write the report."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from wxbot import audit, library
from wxbot import push as pushing
from wxbot.bulletin import IMPORT_REPORT, READABLE, FoundFile
from wxbot.cli.context import current_user, print_json, print_line, print_notes
from wxbot.cli.progress import ProgressLine, sync_index
from wxbot.errors import Exit, UsageError
from wxbot.library import Outcome, PublishPolicy
from wxbot.library.archive_files import ArchiveFile, begin_import, end_import
from wxbot.library.archive_import import ArchiveImporter
from wxbot.library.archive_record import ArchiveOrder
from wxbot.library.archive_summary import ArchiveSummary, ImportedYear, summarise_import
from wxbot.local_time import moment_label
from wxbot.wiring import Services

__all__ = ["import_archive"]

_WORDS = {
    Outcome.NEW: "新上架",
    Outcome.SAME: "没有变化",
    Outcome.REVISED: "已更新",
    Outcome.HELD: "先留着",
    Outcome.REFUSED: "没有收下",
}
_TO_CHECK = (Outcome.HELD, Outcome.REFUSED)
_INDEXED = 1000
"""Issues after whose publication the index follows, so that a search finds the first ones soon."""

_SHOWN = 10
"""Files to look at that the screen lists; the report lists all."""


def import_archive(
    w: Services, paths: tuple[Path, ...], *, dry_run: bool, hold: bool, report: Path | None, json_lines: bool
) -> Exit:
    """Import an archive and report what became of each file; return the exit code."""
    _check_paths(w, paths)
    files = [file for file in library.list_files(paths) if not file.path.name.endswith(IMPORT_REPORT)]
    if not files:
        print_notes(f"没有找到可以导入的文件。{READABLE}；文章存档是 .jsonl。")
        return Exit.REFUSED
    is_misspelt = not any(path.exists() for path in paths)
    target = report or (None if dry_run or is_misspelt else _report_beside(paths[0]))
    if target is not None:
        _check_writable(target)
    importer, order = _open_import(w, paths, dry_run=dry_run, hold=hold)
    try:
        _run(w, importer, files)
    except KeyboardInterrupt:
        print_notes("已停下，做完的都在。再运行一次同样的命令，从停下的地方接着做。")
        raise
    with w.db.read() as session:
        summary = summarise_import(session, importer.rows())
    if target is not None:
        _write_report(w, target, summary, importer, paths)
    if not dry_run:
        with w.db.begin() as session:
            end_import(session, order.import_id)
            counts = {str(outcome): n for outcome, n in summary.files.items()}
            audit.note(session, who=order.by, what="import", subject="archive", now=w.now(), files=counts)
    if json_lines:
        _print_json(importer, summary, target, dry_run=dry_run)
    else:
        _print_summary(importer, summary, target, dry_run=dry_run)
    return _exit(summary)


def _check_paths(w: Services, paths: tuple[Path, ...]) -> None:
    """Raise UsageError for an archive in the watched folder: the worker would plan the push of each issue."""
    watched = w.bulletin_folder.resolve()
    for path in paths:
        if path.resolve().is_relative_to(watched) or watched.is_relative_to(path.resolve()):
            raise UsageError(
                f"{path} 与 {w.bulletin_folder} 重叠：后台看着这个文件夹，里面的新简报会逐期写推送计划",
                remedy="把旧刊放在别的文件夹里导入；导入以后再移进来，就不会写计划了。",
            )


def _report_beside(path: Path) -> Path:
    """Return the file of the report, beside the first path."""
    named = path.absolute() if path.name else path.resolve()
    return named.with_name((named.name or "存档") + IMPORT_REPORT)


def _check_writable(target: Path) -> None:
    """Raise UsageError before the work begins if the report could not be written after it."""
    if target.is_dir() or not os.access(target if target.exists() else target.parent, os.W_OK):
        raise UsageError(f"报告写不到 {target}", remedy="用 --report 文件 写明一个可以写的地方。")


def _open_import(
    w: Services, paths: tuple[Path, ...], *, dry_run: bool, hold: bool
) -> tuple[ArchiveImporter, ArchiveOrder]:
    """Begin an import, or go on with that of these paths which was stopped; a dry run begins none."""
    import_id = ""
    if not dry_run:
        with w.db.begin() as session:
            import_id = begin_import(session, paths, w.now())
    policy = PublishPolicy.NEVER if hold else PublishPolicy.CLEAN
    by = current_user()
    follow = partial(pushing.publishing.follow_ingest, w.pusher, by)
    order = ArchiveOrder(import_id, w.now(), policy, by, w.read_habits(), follow)
    return ArchiveImporter(w.db, w.readers, order, dry_run=dry_run), order


def _run(w: Services, importer: ArchiveImporter, files: list[FoundFile]) -> None:
    """Do the three steps, each with its progress, and let the index follow."""
    with ProgressLine("查看文件", len(files)) as progress:
        for done in importer.scan(files):
            progress.advance(done)
    with ProgressLine("导入存档", importer.files + importer.lines) as progress:
        for done in importer.read():
            progress.advance(done)
    settled = 0
    for done in importer.settle():
        settled += done
        if settled >= _INDEXED:
            sync_index(w, wait_seconds=0)
            settled = 0
    sync_index(w)


def _exit(summary: ArchiveSummary) -> Exit:
    """Return the exit code: 3 if everything was refused, 1 if there is something to look at."""
    if set(summary.files) == {Outcome.REFUSED}:
        return Exit.REFUSED
    is_clean = not any(summary.files[outcome] for outcome in _TO_CHECK) and not summary.has_problems
    return Exit.DONE if is_clean else Exit.PROBLEMS


def _print_json(
    importer: ArchiveImporter, summary: ArchiveSummary, target: Path | None, *, dry_run: bool
) -> None:
    """Print a line a file, and one with the totals."""
    for row in importer.rows():
        outcome = {"outcome": "dry-run", "would": row.outcome} if dry_run else {"outcome": row.outcome}
        number = row.key.rpartition("/")[2] or None
        values = {
            "file": _file_label(row.file),
            "number": number,
            "key": row.key,
            "publication": row.publication,
        }
        found = {"year": row.year, "date": row.date, "problems": row.problems}
        counts = {} if row.counts is None else {"articles": row.counts}
        print_json(values | found | outcome | counts | {"says": row.says, "remedy": row.remedy})
    years = [
        {"publication": each.publication, "year": each.year, "counts": each.counts, "missing": each.missing}
        | ({"articles": True} if each.articles else {})
        for each in summary.years
    ]
    totals = {"files": summary.files, "articles": summary.articles, "years": years, "dry_run": dry_run}
    print_json({"report": totals | {"file": str(target) if target else None}})


def _print_summary(
    importer: ArchiveImporter, summary: ArchiveSummary, target: Path | None, *, dry_run: bool
) -> None:
    """Print the totals, each publication, and the first files to look at."""
    for line in _totals(summary, dry_run=dry_run):
        print_line(line)
    for line in _by_publication(summary.years):
        print_line(f"  {line}")
    to_check = (line for row in importer.rows() for line in _finding(row)[:2])
    for count, line in enumerate(to_check):
        if count == 2 * _SHOWN:
            rest = "，".join(f"{_WORDS[o]} {summary.files[o]}" for o in _TO_CHECK if summary.files[o])
            print_line(f"… 共{rest}，全部写在报告里" if target else f"… 共{rest}；全部：--report 文件")
            break
        print_line(line)
    if target is not None:
        print_line(f"报告：{_file_label(str(target))}")


def _totals(summary: ArchiveSummary, *, dry_run: bool) -> Iterator[str]:
    """Yield the totals of files and of articles."""
    word = "存档预演（什么也没有写）" if dry_run else "存档导入"
    yield f"{word}：{sum(summary.files.values())} 个文件，{_counts(summary.files)}"
    if summary.articles:
        yield f"  .jsonl 里 {sum(summary.articles.values())} 行，{_counts(summary.articles)}"


def _counts(counts: Mapping[str, int]) -> str:
    """Return the outcomes that occurred, with their numbers."""
    return "  ".join(f"{word} {counts[outcome]}" for outcome, word in _WORDS.items() if counts.get(outcome))


def _by_publication(years: list[ImportedYear]) -> Iterator[str]:
    """Yield a line for each publication."""
    for name in dict.fromkeys(each.publication for each in years):
        mine = [each for each in years if each.publication == name]
        counts = sum((each.counts for each in mine), Counter[str]())
        printed = sorted({each.year for each in mine if each.year})
        span = f"  {'—'.join(map(str, dict.fromkeys([printed[0], printed[-1]])))} 年" if printed else ""
        missing = sum(len(each.missing) for each in mine)
        yield f"{name or '（没有读出刊名）'}{span}  {_counts(counts)}" + (
            f"  缺 {missing} 期" if missing else ""
        )


def _finding(row: ArchiveFile) -> list[str]:
    """Return the lines about a file that an editor should look at; none for any other file."""
    if row.outcome not in _TO_CHECK and not row.problems:
        return []
    sign = {Outcome.HELD: "?", Outcome.REFUSED: "✗"}.get(Outcome(row.outcome), "!")
    lines = [
        f"{sign} {_file_label(row.file)}  {_WORDS[Outcome(row.outcome)]}"
        + (f"：{row.says}" if row.says else "")
    ]
    lines += [f"  怎么办：{row.remedy}"] if row.remedy else []
    for problem in row.problems:
        place = f"第 {problem['line']} 行" if problem["line"] else ""
        lines.append(
            f"  ! {place}  {str(problem['says']).removeprefix(place)}" if place else f"  ! {problem['says']}"
        )
    return lines


def _write_report(
    w: Services, target: Path, summary: ArchiveSummary, importer: ArchiveImporter, paths: tuple[Path, ...]
) -> None:
    """Write the report in place of an earlier one, whole or not at all."""
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("w", encoding="utf-8", errors="replace") as written:
            for line in _report(summary, importer, paths, w.now(), w):
                written.write(f"{line}\n")
        partial.replace(target)
    finally:
        with suppress(OSError):
            partial.unlink()


def _report(
    summary: ArchiveSummary, importer: ArchiveImporter, paths: tuple[Path, ...], now: datetime, w: Services
) -> Iterator[str]:
    """Yield the lines of the report."""
    yield f"{'、'.join(map(str, paths))}  {moment_label(now, w.settings.tz)}"
    yield from _totals(summary, dry_run=False)
    yield ""
    for name in dict.fromkeys(each.publication for each in summary.years):
        yield f"【{name or '没有读出刊名的文件'}】"
        for each in (each for each in summary.years if each.publication == name):
            missing = f"  缺第 {_ranges(each.missing)} 期" if each.missing else ""
            yield f"  {f'{each.year} 年' if each.year else '没有年份'}  {_counts(each.counts)}{missing}"
        yield ""
    for outcome in (Outcome.HELD, Outcome.REFUSED, None):
        if outcome is not None:
            yield f"{_WORDS[outcome]}（{summary.files[outcome]}）"
        else:
            yield "收下了、但有几行没有收下的文件"
        for row in importer.rows():
            if row.outcome == outcome or (outcome is None and row.outcome not in _TO_CHECK):
                yield from _finding(row)
        yield ""
    yield "每一个文件"
    for row in importer.rows():
        yield f"{_WORDS[Outcome(row.outcome)]}\t{row.key}\t{_file_label(row.file)}"


def _ranges(numbers: list[int]) -> str:
    """Return numbers as text, consecutive ones joined: 3、7—9."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return "、".join(str(first) if first == last else f"{first}—{last}" for first, last in ranges)


def _file_label(file: str) -> str:
    """Return a file below the working directory by its relative name."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
