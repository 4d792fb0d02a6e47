"""Tests of the console's pages on which an editor brings files in and takes them."""

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from tests.conftest import ROOT, SAMPLE
from tests.library.picture_issues import encoded
from tests.web.console.browser import Browser, BrowserPage
from tests.web.console.conftest import BuildConsole, ConsoleSite
from wxbot import audit, library
from wxbot.library import IssueState
from wxbot.library.source_files import clean_name

BRING, UPLOAD, TAKE = "/console/bring", "/console/bring/upload", "/console/bring/take"
BOMB = ROOT / "tests" / "bulletin" / "cases" / "22-bomb-100-mb.docx"
TEXT = """长风联盟工作简报
2021年第3期
长风联盟秘书处　2021年2月15日

【新动向】

1、会员单位召开年会

会员单位在江岸召开年会，一致通过了各项决议。
"""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the watched folder with the source of the public issue."""
    folder = tmp_path / "content" / "bulletins"
    folder.mkdir(parents=True)
    (folder / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    return folder


@pytest.fixture
def site(build_console: BuildConsole, folder: Path) -> Iterator[ConsoleSite]:
    """Yield a console on that folder that takes files up to 1 MB."""
    console = build_console(content=folder.parent, upload_mb=1)
    yield console
    console.services.readers.close()


def upload(editor: Browser, *files: tuple[str, bytes]) -> BrowserPage:
    """Upload files; return the page after it."""
    fields = editor.open(BRING).form(UPLOAD)
    sent = editor.send(UPLOAD, fields | {"file": [(io.BytesIO(data), name) for name, data in files]})
    return editor.open(sent.redirect) if sent.redirect else sent


def take(editor: Browser, name: str, how: str = "publish") -> BrowserPage:
    """Take an upload after looking at the page that tells what follows; return the page after it."""
    page = editor.open(f"{TAKE}?source=.uploads/{name}&how={how}")
    sent = editor.send(TAKE, page.form(TAKE))
    return editor.open(sent.redirect) if sent.redirect else sent


def state(site: ConsoleSite, key: str) -> str:
    """Return the state of an issue; "" for one that is not in the library."""
    with site.db.read() as session:
        found = library.any_issue(session, key)
    return str(found.state) if found else ""


def word_file(picture: bytes) -> bytes:
    """Return a Word file with a picture."""
    document = docx.Document()
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    document.add_picture(io.BytesIO(picture))
    document.add_paragraph("江岸的会场")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def test_uploaded_word_file_is_seen_first_and_published_then(site: ConsoleSite, folder: Path) -> None:
    """Nobody sees it before an editor publishes it; then it lies in the folder of its year with its fixes."""
    editor = site.editor()
    page = upload(editor, ("简报 三月.docx", word_file(encoded("red"))))
    assert all(words in page.words for words in ("会员单位召开年会", "公开这一期", "［图片］", "1 图"))
    assert not list(library.ingest(site.db, library.list_files([folder / ".."], folder), site.harness.now()))[
        1:
    ]
    picture = next(each for each in page.text.split('"') if "bring/picture/" in each).replace("&amp;", "&")
    assert b"\x89PNG" == editor.open(picture).response.get_data()[:4]
    title = {"article": "0", "use": "title", "title": "年会召开"}
    settled = page.form("/console/bring/settle/article") | title
    assert 303 == editor.send("/console/bring/settle/article", settled).status

    done = take(editor, "简报 三月.docx")
    assert "年会召开" in done.words
    assert IssueState.PUBLIC == state(site, "2021-03")
    names = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    assert ["2021-02.txt", "2021/简报 三月.docx", "2021/简报 三月.fix.toml"] == names
    assert "撤销" in editor.open("/console/bring/read?source=2021/简报 三月.docx").words
    (_, again) = library.ingest(site.db, library.list_files([folder], folder), site.harness.now())
    assert ("2021-03", "same") == (again.key, again.fate)
    with site.db.read() as session:
        assert {"upload", "settle reading", "bring in"} <= {entry.what for entry in audit.history(session)}


def test_pasted_text_may_be_held(site: ConsoleSite, folder: Path) -> None:
    """Text becomes a file; held, it is in the library for editors alone, and no worker publishes it."""
    editor = site.editor()
    fields = editor.open(BRING).form("/console/bring/paste") | {"name": "三月号", "text": TEXT}
    page = editor.open(editor.send("/console/bring/paste", fields).redirect)
    assert "没有疑点" in page.words
    take(editor, "三月号.txt", "hold")
    assert IssueState.HELD == state(site, "2021-03")
    list(library.ingest(site.db, library.list_files([folder], folder), site.harness.now()))
    assert IssueState.HELD == state(site, "2021-03")


def test_pictures_chosen_with_a_text_belong_to_it(site: ConsoleSite, folder: Path) -> None:
    """Each goes to the text that names it and with it into the folder of its year; others are told, none leads out."""
    editor = site.editor()
    text = TEXT + "\n![会场](图片/hall%20one.png)\n![合影](C:\\x\\y.jpg)\n"
    red, blue = encoded("red"), encoded("blue")
    told = upload(
        editor,
        ("三月.md", text.encode()),
        ("相册/hall one.png", red),
        ("../../y.jpg", blue),
        ("别的.png", blue),
        (".y.png", blue),
    )
    says = ("图片 别的.png 没有收下", "图片 .y.png 没有收下", "连同 2 张图片：hall one.png、y.jpg")
    assert all(each in told.words for each in says)
    page = editor.open("/console/bring/read?source=.uploads/三月.md")
    assert 2 == len({each for each in page.text.split('"') if "bring/picture/" in each})
    assert "公开" in take(editor, "三月.md").words
    names = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    assert ["2021-02.txt", "2021/三月.md", "2021/三月_files/hall one.png", "2021/三月_files/y.jpg"] == names
    with site.db.read() as session:
        assert 2 == library.count_pictures(session)


def test_second_file_of_an_issue_is_offered_as_its_correction(site: ConsoleSite, folder: Path) -> None:
    """A file of the same name is not overwritten: the page asks, shows what changes, and keeps both files."""
    editor = site.editor()
    text = SAMPLE.read_text(encoding="utf-8").replace("Keep", "Kept")
    upload(editor, (SAMPLE.name, text.encode()))
    asked = editor.open(f"{TAKE}?source=.uploads/{SAMPLE.name}")
    assert "是同一期，内容不同" in asked.words
    seen = editor.open(f"{TAKE}?source=.uploads/{SAMPLE.name}&how=correct")
    assert "Kept" in seen.words
    assert "2021-02" in take(editor, SAMPLE.name, "correct").words
    assert text.encode() == (folder / "2021" / SAMPLE.name).read_bytes()
    assert SAMPLE.read_bytes() == (folder / SAMPLE.name).read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("../../etc/evil.exe", b"MZ", "不认识 evil.exe 这种文件"),
        ("空.docx", b"", "是空的"),
        ("假.docx", b"MZ\x00\x00" * 50, "假.docx"),
        ("图.png", encoded("red"), "是图片"),
        ("archive.jsonl", b"{}", "请运维照编辑手册的「导入旧刊」"),
        ("炸弹.docx", BOMB.read_bytes(), "炸弹.docx"),
        ("大.txt", "长".encode() * 400_000, "太大"),
    ],
)
def test_files_that_are_no_bulletins_are_refused(
    site: ConsoleSite, folder: Path, name: str, data: bytes, says: str
) -> None:
    """Each is told with its reason, and nothing of it is kept."""
    page = upload(site.editor(), (name, data))
    assert (True, True) == (page.status in {400, 413}, says in page.words)
    assert [SAMPLE.name] == [each.name for each in folder.rglob("*") if each.is_file()]


def test_unknown_publication_is_asked_about(site: ConsoleSite, folder: Path) -> None:
    """The page offers the publications that the library has, and to add the new one."""
    editor = site.editor()
    upload(editor, ("快讯.txt", TEXT.replace("长风联盟工作简报", "政策快讯").encode()))
    asked = editor.open(f"{TAKE}?source=.uploads/快讯.txt")
    assert "不知道它属于哪一份" in asked.words
    wrong = editor.send(
        "/console/bring/publication", asked.form("/console/bring/publication") | {"slug": "快"}
    )
    assert 409 == wrong.status
    known = asked.form("/console/bring/settle/masthead") | {"publication": "长风联盟工作简报"}
    assert (
        "刊名 长风联盟工作简报"
        in editor.open(editor.send("/console/bring/settle/masthead", known).redirect).words
    )
    form = asked.form("/console/bring/publication") | {"slug": "kuaixun"}
    editor.send(
        "/console/bring/undo",
        editor.open("/console/bring/read?source=.uploads/快讯.txt").form("/console/bring/undo"),
    )
    assert 303 == editor.send("/console/bring/publication", form).status
    assert "kuaixun/2021-03" in take(editor, "快讯.txt").words
    assert IssueState.PUBLIC == state(site, "kuaixun/2021-03")


def test_names_from_outside_lead_nowhere(site: ConsoleSite, folder: Path) -> None:
    """Paths, control characters and hidden names are cut off; a second file gets a name of its own."""
    editor = site.editor()
    upload(editor, ("../文件/三月\x1b[31m.txt", TEXT.encode()), ("/.三月[31m.md", TEXT.encode()))
    assert "三月.docx" == clean_name("C:\\文件\\..\\三月.docx")
    kept = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    assert [".uploads/三月[31m-2.md", ".uploads/三月[31m.txt", SAMPLE.name] == kept
    assert "带进来了，还没有收下" in editor.open(BRING).words


def test_upload_is_removed_once_that_is_confirmed(site: ConsoleSite, folder: Path) -> None:
    """The page says that it is gone for good; one that changed meanwhile is not removed."""
    editor, other = site.editor(), site.editor("李编辑")
    page = upload(editor, ("三月.txt", TEXT.encode()))
    remove = "/console/bring/remove"
    form = editor.open(f"{remove}?source=.uploads/三月.txt").form(remove)
    changed = page.form("/console/bring/settle/masthead") | {"date": "2021-02-16"}
    changed["csrf_token"] = other.open(BRING).form(UPLOAD)["csrf_token"]
    other.send("/console/bring/settle/masthead", changed)
    assert 409 == editor.send(remove, form).status
    gone = editor.send(remove, editor.open(f"{remove}?source=.uploads/三月.txt").form(remove))
    assert "已经去掉" in editor.open(gone.redirect).words
    assert [] == list((folder / ".uploads").iterdir())
