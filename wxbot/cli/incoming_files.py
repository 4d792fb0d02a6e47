"""Keep what an editor decided about files of the watched folder: their fate, their masthead, which are not wanted."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from wxbot import library
from wxbot.bulletin import FoundFile
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.identity import Settled
from wxbot.cli.context import current_user, print_json, print_line, print_notes
from wxbot.errors import UsageError
from wxbot.library import IngestResult, Outcome, watched_folder
from wxbot.library.habits import learn_habits
from wxbot.library.watched_folder import name_in_folder
from wxbot.push.file_editing import drop_file
from wxbot.wiring import Services

__all__ = ["drop_files", "keep_settled", "known_habits", "record_fates"]


def record_fates(w: Services, files: Sequence[FoundFile], results: Iterable[IngestResult]) -> None:
    """Record what became of those files that lie in the watched folder, for `wxbot issues --files`."""
    found = [
        result
        for file, result in zip(files, results, strict=False)
        if name_in_folder(file.path, w.bulletin_folder) is not None and result.outcome is not Outcome.DRY_RUN
    ]
    if found:
        with w.db.begin() as session:
            library.record_results(session, found, w.now())


def known_habits(w: Services) -> Habits:
    """Return what is known of the publications: from `bulletins.toml`, and from the issues in the library."""
    with w.db.read() as session:
        return w.read_habits().merge(learn_habits(session))


def keep_settled(files: Sequence[FoundFile], settled: Settled, folder: Path, *, dry_run: bool) -> None:
    """Write number, date and publication that an editor gave for one file into its fix file, and tell so.

    Raises UsageError if another file has the same fix file.
    """
    if dry_run or not files:
        return
    if (fix := watched_folder.keep_settled(files[0], settled, folder)) is not None:
        print_notes(f"已记进 {fix}，以后每次读它都照此。")


def drop_files(w: Services, files: Iterable[FoundFile], *, dry_run: bool, json_lines: bool) -> None:
    """Drop files: they stay where they lie, and the worker skips them until their content changes."""
    for file in files:
        if name_in_folder(file.path, w.bulletin_folder) is None:
            raise UsageError(
                f"{file.path} 不在 {w.bulletin_folder} 里，后台不会读它", remedy="不想要它，就不用上架。"
            )
        number = drop_file(w.db, file, current_user(), w.now(), dry_run=dry_run)
        if json_lines:
            outcome = "dry-run" if dry_run else "dropped"
            print_json({"file": str(file.path), "key": number, "outcome": outcome})
        else:
            word = "会放在一边（预演，什么也没有改）" if dry_run else "放在一边了"
            print_line(f"- {file.path}  {word}：留在原处，内容不变就不再读")
