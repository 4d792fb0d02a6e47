"""Write the form of an issue's push, which the database keeps, into the fix file of a source in the content folder."""

from dataclasses import replace
from pathlib import Path

from wxbot.bulletin import FIX_SUFFIX
from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fix_writer import save_fixes
from wxbot.db import Database
from wxbot.errors import BulletinError
from wxbot.library.ingest import list_files
from wxbot.library.read import any_issue

__all__ = ["write_push_form"]


def write_push_form(db: Database, folder: Path, key: str) -> Path | None:
    """Write the form of an issue's push into the fix file of its source, and return that file.

    None if the file has it already, or if the source does not lie in this folder: the database alone keeps the form
    then. Raises BulletinError if the file has mistakes or cannot be written.
    """
    with db.read() as session:
        issue = any_issue(session, key)
    if issue is None or not issue.source or not (folder / issue.source).is_file():
        return None
    form = issue.form
    (found,) = list_files([folder / issue.source])
    path = found.fix or found.path.with_name(f"{found.path.stem}{FIX_SUFFIX}")
    fixes = read_fixes(found.fix)
    if fixes.problems:
        raise BulletinError(
            fixes.problems[0].says,
            file=str(path),
            remedy="设置已经记在数据库里，照样有效；改正修正文件后再计划一次，就写进去。",
        )
    if fixes.push == form:
        return None
    save_fixes(path, replace(fixes, file=path.name, push=form), found.path.name)
    with db.begin() as session:
        if (row := any_issue(session, key)) is not None and row.push_form == form.to_json():
            row.push_form_read = row.push_form
    return path
