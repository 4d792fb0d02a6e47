"""The page of all errors, docs/errors.md: written from the classes and the places in the code that raise them.

`python -m tests.test_docs` writes the page. Each message is taken from the source: `…` stands for what is inserted when
it is raised. A message that only passes another one on is left out, because that one has a line of its own.
"""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pypinyin import lazy_pinyin

import wxbot
from wxbot.errors import Exit, WxbotError
from wxbot.wechat.errcodes import RULES

__all__ = ["KINDS", "error_kinds", "error_page", "raised_errors"]

EXITS = {
    Exit.DONE: "做完了",
    Exit.PROBLEMS: "做完了，但有问题要看",
    Exit.USAGE: "命令或设置写错了，什么也没有做",
    Exit.REFUSED: "拒绝了：照原样再试也不会成",
    Exit.TRY_LATER: "现在不行，以后再试",
    Exit.UNKNOWN: "结果不明：不要重发，要人来看",
}
KINDS = {
    "BadSignature": "请求的签名不对：不是平台发来的，或者两边的 Token 不一样",
    "BulletinError": "一个文件不能当作简报读",
    "Busy": "别的进程正拿着要用的锁或租约",
    "CommentsForbidden": "账号不能开留言",
    "ConfirmationNeeded": "要公众号管理员先在手机上确认",
    "DatabaseDamaged": "数据库文件损坏，或者不是数据库",
    "Deadlock": "两个进程互相等着对方的锁，数据库撤回了其中一个",
    "DatabaseUnavailable": "数据库连不上、写不进去，或磁盘满了",
    "FollowerUnreachable": "这位粉丝现在收不到，要等对方有动作",
    "Forbidden": "做得到，但规矩不许",
    "Misconfigured": "密钥、白名单或权限不对，要运维在这里或平台上改",
    "NotFound": "没有这一期、这一篇、这个计划，或一项检查没有通过",
    "OutcomeUnknown": "调用发出去了，没有收到回答：平台可能做了，也可能没做",
    "QuotaSpent": "额度用完了",
    "ReaderStopped": "读文件的进程死了，或超过了时间、内存的上限",
    "Refused": "平台不收这份素材、文字或请求",
    "SchemaError": "数据库的结构不是这个版本的",
    "SettingsError": "设置缺了或写错了，进程不启动",
    "Stale": "请求的时间差了五分钟以上：重放的，或者时钟不对",
    "TryLater": "平台忙，或 access_token 刚失效",
    "Unreadable": "签名对，内容不是一条消息",
    "Untrusted": "请求不像是平台发来的",
    "UnusableText": "编辑改的文件里有读不懂的地方，没有保存",
    "UsageError": "命令的参数写错了，或互相矛盾",
    "WeChatError": "平台拒绝了一次调用",
    "WrongApp": "解密出来的 AppID 不是这个公众号的",
    "WxbotError": "其他",
}
SUBJECTS = {
    "audit": "操作日志",
    "backups": "备份",
    "bot": "自动回复",
    "brand": "品牌",
    "bulletin": "读简报",
    "cli": "命令",
    "db": "数据库",
    "doctor": "检查",
    "editor_files": "设置页",
    "editors": "编辑账号",
    "library": "书架",
    "push": "推送",
    "rendering": "网页和图片",
    "search": "检索",
    "plain_pushes": "微信平台",
    "settings": "设置",
    "web": "服务器和网页后台",
    "wechat": "微信平台",
    "wiring": "启动",
    "worker": "后台进程",
}
_PROGRAMS = {"wxbot.__main__", "wxbot.asgi", "wxbot.wsgi"}  # importing them starts something
_SAID = "屏幕上跟着写出，每次不同。"
_OPENING = """\
# 错误大全

由 `python -m tests.test_docs` 从程序写成：屏幕、日志、网页后台和 `wxbot doctor` 说的每一种“不行”，和怎么办。
`…` 是每次不同的部分（文件名、期号、数字）。在这一页里查找屏幕上的话里不变的几个字；
平台的数字错误码在[最后](#平台的错误码)。不知道从哪里看起，先运行 `wxbot doctor`。
"""


@dataclass(frozen=True, order=True)
class RaisedError:
    """A message that the code raises, with its remedy, class and the part of the product that says it."""

    says: str
    remedy: str
    kind: str
    exit: int
    subject: str


def error_page() -> str:
    """Return docs/errors.md."""
    kinds = error_kinds()
    parts = [
        _OPENING,
        "## 退出码\n",
        _table(("退出码", "意思"), ((int(e), says) for e, says in EXITS.items())),
    ]
    rows = ((f"`{name}`", KINDS[name], int(kinds[name].exit), kinds[name].remedy) for name in sorted(kinds))
    parts += ["## 种类\n", _table(("种类", "意思", "退出码", "没有另外写明时怎么办"), rows)]
    parts += ["## 从 A 到 Z\n", "按第一个不变的字的拼音排列。\n"]
    by_letter = dict[str, list[RaisedError]]()
    for error in sorted(raised_errors(), key=lambda each: (_sort_key(each.says), each)):
        by_letter.setdefault(_sort_key(error.says)[0].upper(), []).append(error)
    for letter, errors in by_letter.items():
        lines = ((e.says, e.remedy, f"{e.subject}，{e.exit}") for e in errors)
        parts += [f"### {letter}\n", _table(("说什么", "怎么办", "谁说的，退出码"), lines)]
    codes = ((_code_range(r.codes), r.says, r.remedy or r.error.remedy, int(r.error.exit)) for r in RULES)
    parts += [
        "## 平台的错误码\n",
        "平台回答的 errcode；表里没有的，按“平台不收”处理（退出码 3），信息里带着平台的原话和 rid，请交给维护人员。\n",
        _table(("errcode", "意思", "怎么办", "退出码"), codes),
    ]
    return "\n".join(parts)


def _code_range(codes: range) -> str:
    """Return a range of errcodes as the table shows it."""
    return str(codes[0]) if len(codes) == 1 else f"{codes[0]}–{codes[-1]}"


def error_kinds() -> dict[str, type[WxbotError]]:
    """Return every class of errors of the product by name."""
    for module in pkgutil.walk_packages(wxbot.__path__, "wxbot."):
        if "migrations" not in module.name and module.name not in _PROGRAMS:
            importlib.import_module(module.name)
    kinds: list[type[WxbotError]] = [WxbotError, *_subclasses(WxbotError)]
    return {each.__name__: each for each in kinds}


def raised_errors() -> set[RaisedError]:
    """Return every error of the code whose message can be read from its source."""
    kinds = error_kinds()
    root = Path(wxbot.__file__).parent
    return {
        error
        for file in sorted(root.rglob("*.py"))
        if (module := sys.modules.get(_module_name(file, root)))
        for error in _errors_of(file, module, kinds)
    }


def _module_name(file: Path, root: Path) -> str:
    """Return the name under which a file is imported."""
    return ".".join(file.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__")


def _errors_of(file: Path, module: ModuleType, kinds: dict[str, type[WxbotError]]) -> Iterator[RaisedError]:
    """Yield the errors of one module."""
    subject = SUBJECTS.get(module.__name__.partition(".")[2].partition(".")[0], "其他")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for scope in [
        tree,
        *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)),
    ]:
        words = _Words(module, scope)
        for call in _own_calls(scope):
            kind = kinds.get(getattr(call.func, "id", getattr(call.func, "attr", "")))
            if kind is None or not call.args:
                continue
            given = next((word.value for word in call.keywords if word.arg == "remedy"), None)
            for says in words.at(call.lineno).read(call.args[0]):
                if not re.search(r"[\w]", says.replace("…", "")):
                    continue
                for remedy in [kind.remedy] if given is None else words.read(given):
                    yield RaisedError(
                        says,
                        remedy if remedy.strip("…") else _SAID if remedy else "",
                        kind.__name__,
                        int(kind.exit),
                        subject,
                    )


@dataclass(frozen=True)
class _Assignment:
    """A value given to a name at a line; it holds from there to the last line of its block."""

    line: int
    last: int
    value: ast.expr


class _Words:
    """The texts that an expression of one scope can give: literals, constants of the module, and local variables."""

    def __init__(self, module: ModuleType, scope: ast.AST) -> None:
        self._module = module
        self._locals = dict[str, list[_Assignment]]()
        self._at = 0
        for block in _blocks(scope) if not isinstance(scope, ast.Module) else ():
            last = block[-1].end_lineno or 0
            for statement in (each for each in block if isinstance(each, ast.Assign)):
                for target in statement.targets:
                    self._note(target, statement.value, last)

    def _note(self, target: ast.expr, value: ast.expr, last: int) -> None:
        """Note what is assigned to a name, also as a part of a tuple."""
        if isinstance(target, ast.Name):
            self._locals.setdefault(target.id, []).append(_Assignment(value.lineno, last, value))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for name, part in zip(target.elts, value.elts, strict=False):
                self._note(name, part, last)

    def at(self, line: int) -> "_Words":
        """Read names as they stand at a line."""
        self._at = line
        return self

    def _values(self, name: str) -> list[ast.expr]:
        """Return what a local name can be at the line: its last certain assignment, and those in branches after it."""
        before = [each for each in self._locals[name] if each.line < self._at] or self._locals[name]
        certain = max((each.line for each in before if each.last >= self._at), default=0)
        return [each.value for each in before if each.line >= certain]

    def read(self, node: ast.expr, depth: int = 4) -> list[str]:
        """Return the texts of an expression, `…` for what is known only when it runs."""
        found: list[str]
        match node:
            case ast.Constant(value=value):
                found = [str(value)]
            case ast.JoinedStr(values=values):
                found = self._joined([self.read(each, depth) for each in values])
            case ast.FormattedValue(value=value) if depth:
                found = self.read(value, depth - 1)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                found = self._joined([self.read(left, depth), self.read(right, depth)])
            case ast.IfExp(body=body, orelse=orelse):
                found = self.read(body, depth) + self.read(orelse, depth)
            case ast.Name(id=name) if name in self._locals and depth:
                found = [text for value in self._values(name) for text in self.read(value, depth - 1)]
            case ast.Name(id=name) if isinstance(
                value := getattr(self._module, name, None), str | int | float
            ):
                found = [str(value)]
            case _:
                found = ["…"]
        return found

    @staticmethod
    def _joined(parts: list[list[str]]) -> list[str]:
        """Return the parts one behind the other; of several texts of a part beyond a dozen in all, `…`."""
        texts = [""]
        for part in parts:
            texts = [a + b for a in texts for b in (part if len(texts) * len(part) <= 12 else ["…"])]
        return [re.sub("…+", "…", text) for text in texts]


def _blocks(scope: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield every block of statements in a scope."""
    for node in ast.walk(scope):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield block


def _own_calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls in a scope, not those in the functions inside it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _own_calls(node)


def _subclasses(kind: type[WxbotError]) -> Iterator[type[WxbotError]]:
    """Yield all classes of the product below one."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("wxbot."):
            yield each
            yield from _subclasses(each)


def _sort_key(says: str) -> str:
    """Return the pinyin of a message from its first letter or Chinese character on."""
    words = re.sub(r"^[\W_]+", "", says) or says
    return "".join(lazy_pinyin(words)).lower()


def _table(heads: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    """Return a table of Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(
        "| " + " | ".join(re.sub(r"\s*\n\s*", " ", str(cell)).replace("|", r"\|") for cell in line) + " |\n"
        for line in lines
    )
