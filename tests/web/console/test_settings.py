"""Tests of the settings that editors own: rules, reply texts, and the history of their files."""

from pathlib import Path

import pytest

from tests.web.console.browser import Browser
from tests.web.console.conftest import BuildConsole, ConsoleSite
from wxbot.bot import Replies, RuleFile

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RULES = """# 协会的规则
[[rule]]
match = "contains"
values = ["会费"]  # 常问
text = "会费每年一百元"

[[rule]]
match = "contains"
values = ["会费", "入会"]
text = "请联系秘书处"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of rules.toml, with two rules."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture
def site(build_console: BuildConsole, folder: Path) -> ConsoleSite:
    """Return a console whose settings lie in that folder."""
    return build_console(config=folder / "wxbot.toml")


@pytest.fixture
def editor(site: ConsoleSite) -> Browser:
    """Return the browser of an editor who is logged in."""
    return site.editor()


def send_rule(editor: Browser, page: str, **fields: str) -> str:
    """Send the form of a rule; return the words of the page that follows."""
    shown = editor.open(page)
    form = {name: value for name, value in shown.form(page, 0).items() if name != "weekdays"}
    sent = editor.send(page, {"match": "contains", "answer": "text"} | form | fields)
    return editor.open(sent.redirect).words if sent.redirect else sent.words


def test_a_rule_is_tried_saved_and_answers_without_a_restart(editor: Browser, folder: Path) -> None:
    """A new rule is shown as a phone would show it, then saved; a running bot's rules take it over."""
    running = RuleFile(folder / "rules.toml")
    fields = {"values": "地址", "text": "在{公众号}大厦", "do": "preview"}
    words = send_rule(editor, "/console/settings/rules/new", **fields)
    assert "由这一条回答" in words
    assert "在长风联盟大厦" in send_rule(editor, "/console/settings/rules/new", **fields)
    assert RULES == (folder / "rules.toml").read_text(encoding="utf-8")
    assert "已保存" in send_rule(editor, "/console/settings/rules/new", **fields | {"do": "save"})
    running.refresh()
    assert 3 == len(running.book.rules)
    assert (folder / "rules.toml").read_text(encoding="utf-8").startswith(RULES)


def test_a_form_shows_what_it_would_do_while_somebody_types(editor: Browser) -> None:
    """Each form posts what is typed to its own view and takes the answer's preview, in which a mistake stands too."""
    mistakes = {
        "rules/1": ({"values": "会费", "answer": "text", "text": "{名字}"}, "不认识 {名字}"),
        "replies/thanks": ({"text": "{名字}"}, "不认识 {名字}"),
        "synonyms/6": ({"words": "网约车"}, "至少要两个不同的词"),
        "publications/new": ({"name": "简报", "colour": "blue"}, "colour"),
        "menu": ({"name-1": "新", "action-1": "view", "url-1": "kaputt"}, "kaputt"),
        "raw/rules": ({"text": "kaputt"}, "第 1 行"),
    }
    for page, (fields, says) in mistakes.items():
        address = f"/console/settings/{page}"
        shown = editor.open(address)
        assert f'hx-post="{address}" hx-trigger="input delay:500ms"' in shown.text
        sent = editor.send(address, shown.form(address, 0) | fields | {"do": "preview"})
        live = sent.text.partition('id="live"')[2]
        assert (200, True) == (sent.status, says in live), page


def test_findings_stand_beside_their_rule(editor: Browser) -> None:
    """The list says which rule conflicts with which, and what a member's question gets."""
    words = editor.open("/console/settings/rules?q=会费多少").words
    assert "与第 1 条都匹配「会费」" in words
    assert "会费每年一百元" in words
    assert "由第 1 条规则回答" in words


def test_a_mistake_is_told_and_nothing_saved(editor: Browser, folder: Path) -> None:
    """A placeholder that does not exist is refused with its name; the form keeps what was typed."""
    words = send_rule(editor, "/console/settings/rules/1", values="会费", text="好{名字}", do="save")
    assert "不认识 {名字}" in words
    assert "好{名字}" in words
    assert RULES == (folder / "rules.toml").read_text(encoding="utf-8")


def test_a_change_by_hand_is_never_overwritten(editor: Browser, folder: Path) -> None:
    """A form that was opened before somebody changed the file is refused; the file keeps that change."""
    page = "/console/settings/rules/1"
    form = editor.open(page).form(page, 0)
    (folder / "rules.toml").write_text("# 手改\n" + RULES, encoding="utf-8")
    sent = editor.send(page, form | {"values": "会费", "text": "新", "answer": "text", "do": "save"})
    assert (409, True) == (sent.status, "刚才被别人改过了" in sent.words)
    assert (folder / "rules.toml").read_text(encoding="utf-8") == "# 手改\n" + RULES


def test_a_long_file_is_saved(editor: Browser, folder: Path) -> None:
    """A file whose form is larger than a push of the platform can be is saved."""
    page = "/console/settings/raw/rules"
    comment = "# 会费怎么交，看章程\n" * 1000
    assert 303 == editor.send(page, editor.open(page).form(page) | {"text": comment + RULES}).status
    assert comment + RULES == (folder / "rules.toml").read_text(encoding="utf-8")


def test_a_broken_file_is_shown_and_left_alone(editor: Browser, folder: Path) -> None:
    """A file with a mistake of syntax is told with its line; the form of a rule does not overwrite it."""
    (folder / "rules.toml").write_text(f"{RULES}\nkaputt\n", encoding="utf-8")
    assert "line 12" in editor.open("/console/settings/rules").words
    assert "第 12 行" in editor.open("/console/settings/raw/rules").words
    words = send_rule(editor, "/console/settings/rules/new", values="一", text="二", do="save")
    assert "文件里有写错的地方" in words


def test_a_reply_text_is_tried_saved_and_taken_back(editor: Browser, site: ConsoleSite) -> None:
    """A text is shown with example values, saved where the bot reads it, and undone from the history."""
    page = "/console/settings/replies/thanks"
    running = Replies(site.services.settings.content / "replies")
    form = editor.open(page).form(page, 0)
    seen = editor.send(page, form | {"text": "谢谢您来信", "do": "preview"})
    assert "谢谢您来信" in seen.words
    assert 303 == editor.send(page, form | {"text": "谢谢您来信", "do": "save"}).status
    running.refresh()
    assert "谢谢您来信" == running.text("thanks")

    change = "/console/settings/history/1"
    assert "＋ 谢谢您来信" in editor.open(change).words
    assert 303 == editor.send(change, editor.open(change).form(change)).status
    running.refresh()
    assert running.text("thanks").startswith("不客气")
    assert "撤销了第 1 次改动" in editor.open("/console/settings").words


def test_a_rule_is_moved_removed_and_found_again(editor: Browser, folder: Path) -> None:
    """Rules change places, are removed, and come back by undoing the removal."""
    move, remove = "/console/settings/rules/2/move", "/console/settings/rules/2/remove"
    assert 303 == editor.send(move, editor.open("/console/settings/rules").form(move)).status
    text = (folder / "rules.toml").read_text(encoding="utf-8")
    assert text.index("秘书处") < text.index("一百元")
    assert 303 == editor.send(remove, editor.open("/console/settings/rules/2").form(remove)).status
    assert "一百元" not in (folder / "rules.toml").read_text(encoding="utf-8")
    undo = "/console/settings/history/2"
    assert 303 == editor.send(undo, editor.open(undo).form(undo)).status
    assert text == (folder / "rules.toml").read_text(encoding="utf-8")


MENU = """
[[menu]]
name = "最新一期"
key = "LATEST"

[[menu]]
name = "栏目"
items = [
  { name = "新动向", key = "新动向" },  # 最常点
]
"""


def menu_form(editor: Browser) -> dict[str, str]:
    """Return the fields of the menu's form."""
    page = "/console/settings/menu"
    return editor.open(page).form(page)


def test_the_menu_is_moved_saved_and_handed_to_the_platform(
    editor: Browser, folder: Path, site: ConsoleSite
) -> None:
    """Entries change places and get a mini-program; comments stay, and the platform has the menu after a look."""
    (folder / "rules.toml").write_text(RULES + MENU, encoding="utf-8")
    page = "/console/settings/menu"
    moved = editor.send(page, menu_form(editor) | {"do": "up:2"}).form(page)
    assert ("栏目", "最新一期") == (moved["name-1"], moved["name-2"])
    program = {"name-3": "报名", "action-3": "miniprogram", "appid-3": "wx0123456789abcdef"}
    program |= {"pagepath-3": "pages/a", "do": "save"}
    refused = editor.send(page, moved | program)
    assert (409, True) == (refused.status, "url 是空的" in refused.words)
    assert 303 == editor.send(page, moved | program | {"url-3": "https://example.org/"}).status
    text = (folder / "rules.toml").read_text(encoding="utf-8")
    assert text.startswith(RULES)
    assert "# 最常点" in text
    assert text.index("栏目") < text.index("最新一期") < text.index("报名")

    apply = f"{page}/apply"
    assert "＋ 报名 miniprogram" in editor.open(apply).words
    assert 303 == editor.send(apply, editor.open(apply).form(apply)).status
    assert "不用交" in editor.open(apply).words


def test_an_entry_takes_another_action(editor: Browser, folder: Path) -> None:
    """The words of the action before go with it, also where items are added below; words just written are refused."""
    (folder / "rules.toml").write_text('[[menu]]\nname = "甲"\nkey = "HELP"\n', encoding="utf-8")
    page = "/console/settings/menu"
    order = {"action-1": "view", "url-1": "https://example.org/", "do": "save"}
    assert "不能同时写" in editor.send(page, menu_form(editor) | order | {"key-1": "LATEST"}).words
    assert 303 == editor.send(page, menu_form(editor) | order).status
    item = {"name-1.1": "乙", "key-1.1": "HELP", "do": "save"}
    assert 303 == editor.send(page, menu_form(editor) | item).status
    text = (folder / "rules.toml").read_text(encoding="utf-8")
    assert (1, 0) == (text.count("HELP"), text.count("url"))


def test_dead_ends_stand_beside_their_entry(editor: Browser, folder: Path) -> None:
    """An entry that names no section, and a dropped one, are seen before anything is saved."""
    (folder / "rules.toml").write_text(MENU.replace('key = "新动向"', 'key = "旧栏目名"'), encoding="utf-8")
    page = "/console/settings/menu"
    assert "没有「旧栏目名」这个栏目" in editor.open(page).words
    dropped = editor.send(page, menu_form(editor) | {"do": "drop:2.1"})
    assert "没有「旧栏目名」这个栏目" not in dropped.words
    assert "旧栏目名" in (folder / "rules.toml").read_text(encoding="utf-8")


def test_a_publication_keeps_its_comments_and_takes_a_renamed_section(
    editor: Browser, folder: Path, site: ConsoleSite
) -> None:
    """A publication is changed in the form; former names of sections are read back by the running program."""
    file, page = folder / "bulletins.toml", "/console/settings/publications/1"
    file.write_text(
        '# 刊物\n[[publication]]\nname = "简报"  # 主刊\nsection_names = { 旧 = "新" }\n', encoding="utf-8"
    )
    form = editor.open(page).form(page, 0)
    fields = {"sections": "新\r\n投资汇", "section_names": "旧 → 新\r\n投融界 = 投资汇", "do": "save"}
    assert 409 == editor.send(page, form | fields | {"section_names": "投融界"}).status
    assert 409 == editor.send(page, form | fields | {"colour": "blue"}).status
    assert 303 == editor.send(page, form | fields).status
    (habits,) = site.services.habits_file.current().publications
    assert ("新", "投资汇") == habits.sections
    assert "投资汇" == habits.present_name("投融界")
    assert file.read_text(encoding="utf-8").startswith('# 刊物\n[[publication]]\nname = "简报"  # 主刊\n')


def test_the_library_keeps_its_default_publication(editor: Browser, folder: Path) -> None:
    """A publication that is written first in the file is not called the default one of a library with issues."""
    (folder / "bulletins.toml").write_text('[[publication]]\nname = "甲刊"\nslug = "jia"\n', encoding="utf-8")
    listed = editor.open("/console/settings/publications")
    assert (True, False) == ("加另一份刊物" in listed.words, "默认 " in listed.words.partition("甲刊")[2])
    page = "/console/settings/publications/new"
    assert (
        "" == editor.open(f"{page}?blank=1").form(page, 0)["name"] != editor.open(page).form(page, 0)["name"]
    )


def test_a_group_of_synonyms_is_changed_and_removed(editor: Browser, site: ConsoleSite) -> None:
    """A group is found by its word, changed in its line, and removed; comments and other groups stay."""
    file = site.services.settings.content / "synonyms.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("# 出行\n网约车 滴滴  # 常问\n地铁 轨道交通\n", encoding="utf-8")
    assert "滴滴" not in editor.open("/console/settings/synonyms?q=地铁").words
    page = "/console/settings/synonyms/2"
    form = editor.open(page).form(page)
    assert 409 == editor.send(page, form | {"words": "滴滴", "do": "save"}).status
    assert 303 == editor.send(page, form | {"words": "网约车 滴滴 专车", "do": "save"}).status
    assert "# 出行\n网约车 滴滴 专车  # 常问\n地铁 轨道交通\n" == file.read_text(encoding="utf-8")
    assert 303 == editor.send(page, editor.open(page).form(page) | {"do": "remove"}).status
    assert "# 出行\n# 常问\n地铁 轨道交通\n" == file.read_text(encoding="utf-8")


def test_words_are_told_apart(editor: Browser, site: ConsoleSite) -> None:
    """A line with ≠ is added, changed in its form, and removed; the comment behind it stays."""
    file, page = site.services.settings.content / "synonyms.txt", "/console/settings/synonyms"
    file.parent.mkdir(exist_ok=True)
    file.write_text("网约车 滴滴\n", encoding="utf-8")
    alone = editor.fill(page, words="电瓶车")
    assert (409, True) == (alone.status, 'id="bad-words"' in alone.text)
    assert 303 == editor.fill(page, words="电瓶车 ≠ 电动车").status
    assert "网约车 滴滴\n电瓶车 ≠ 电动车\n" == file.read_text(encoding="utf-8")
    assert "电瓶车 ≠ 电动车" in editor.open(page).words
    line = f"{page}/2"
    assert 303 == editor.fill(line, words="电瓶车 电动车 汽车", do="save").status
    assert "网约车 滴滴\n电瓶车 ≠ 电动车 ≠ 汽车\n" == file.read_text(encoding="utf-8")
    assert 303 == editor.fill(line, do="remove").status
    assert "网约车 滴滴\n" == file.read_text(encoding="utf-8")


def test_a_rule_hands_over_to_the_staff(editor: Browser, folder: Path) -> None:
    """The answer is a choice of the form: the staff, or one of them."""
    for account, written in (("", "transfer = true"), ("zhang@lianmeng", 'transfer = "zhang@lianmeng"')):
        fields = {"values": "投诉", "answer": "transfer", "transfer": account, "do": "save"}
        assert "转给人工客服" in send_rule(editor, "/console/settings/rules/1", **fields)
        assert written in (folder / "rules.toml").read_text(encoding="utf-8")
        assert (
            account
            == editor.open("/console/settings/rules/1").form("/console/settings/rules/1", 0)["transfer"]
        )
