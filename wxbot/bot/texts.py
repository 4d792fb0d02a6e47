"""What the account says where no file of the association's says otherwise; content/replies/ holds the same.

    {名字}         a place that the answer fills; a line whose places all stay empty is left out
    [[最新]]       words that send 最新 when tapped
    [[看看|最新]]  words that send something else than they show

Each text names the places that it may use: a file with an unknown one is not taken.
"""

from typing import NamedTuple

__all__ = ["TEXTS", "Wording"]


class Wording(NamedTuple):
    """One text, and the names of the places it may use."""

    text: str
    places: frozenset[str] = frozenset()


def _wording(text: str, *places: str) -> Wording:
    return Wording(text.strip("\n"), frozenset(places))


TEXTS: dict[str, Wording] = {
    "welcome": _wording(
        """
欢迎关注{公众号}！
每期简报出来时，您会在这里收到它；想找以前的文章，随时发一个词来问，例如公司、技术或地名。

[[最新]]　最新一期简报
[[目录]]　这一期有哪些文章
[[帮助]]　还可以怎么问
""",
        "公众号",
    ),
    "help": _wording(
        """
可以这样问我：
· 一个或几个词，如「芯片」「比亚迪 电池」
· [[最新]]：最新一期简报
· [[目录]]：最新一期有哪些文章
· 期号，如「第2期」「2021年第2期」
· 栏目：{栏目}
· [[订阅]]：选择收到哪些栏目的推送
收到列表后，发数字看那一篇，发「更多」看下一页。
""",
        "公众号",
        "栏目",
    ),
    "list": _wording(
        """
{更正}
找到 {总数} 篇与「{问题}」有关的文章：

{列表}

点标题打开，或发数字看那一篇。
{更多}
""",
        "更正",
        "问题",
        "总数",
        "列表",
        "更多",
    ),
    "section": _wording(
        """
「{栏目}」最近的文章：

{列表}

点标题打开，或发数字看那一篇。
{更多}
""",
        "栏目",
        "总数",
        "列表",
        "更多",
    ),
    "newest": _wording(
        """
最新的文章：

{列表}

点标题打开，或发数字看那一篇。
{更多}
""",
        "总数",
        "列表",
        "更多",
    ),
    "page": _wording(
        """
「{问题}」{范围}，共 {总数} 篇：

{列表}

{更多}
""",
        "问题",
        "范围",
        "起",
        "止",
        "总数",
        "列表",
        "更多",
    ),
    "contents": _wording(
        """
{期名}目录

{列表}

发数字看那一篇，或{整期}。
{更多}
""",
        "期名",
        "总数",
        "列表",
        "整期",
        "更多",
    ),
    "corrected": _wording("没有找到「{问题}」，您是不是要找「{更正}」？", "问题", "更正"),
    "others": _wording("（发「更多」看另外 {其余} 篇）", "其余"),
    "nothing": _wording(
        """
没有找到与「{问题}」有关的文章。
换个更短、更常见的词试试，或看看这些：
{栏目}
[[最新]]　[[目录]]　[[帮助]]
""",
        "问题",
        "栏目",
    ),
    "no_issue": _wording(
        """
书架上没有{期号}。
现有：{已有}
""",
        "期号",
        "已有",
    ),
    "empty": _wording("简报还没有上架，请过几天再来看看。"),
    "no_list": _wording(
        """
没有可以接着看的列表了（列表只保留 {分钟} 分钟）。
请再发一次要找的词，或看[[最新]]一期。
""",
        "分钟",
    ),
    "no_more": _wording(
        """
「{问题}」已经看到最后一篇了。
发{可发}，可以再看那一篇。
""",
        "问题",
        "总数",
        "可发",
    ),
    "no_back": _wording(
        """
「{问题}」已经是最前面的几篇了。
发{可发}，可以再看那一篇。
""",
        "问题",
        "总数",
        "可发",
    ),
    "none_of_section": _wording("刚才「{问题}」的列表里没有「{栏目}」的文章。", "问题", "栏目"),
    "no_such": _wording("刚才的列表里没有第 {数字} 篇，请发{可发}。", "数字", "总数", "可发"),
    "gone": _wording("这篇文章已经撤下了。发[[最新]]看最新一期。"),
    "subscribe": _wording(
        """
可以订阅的栏目（点一下就订阅）：
{栏目}
[[全部|订阅全部]]

也可以发「免打扰 22-8」「每周最多 2 次」。
[[我的订阅]]　[[退订]]
""",
        "栏目",
    ),
    "wishes": _wording(
        """
{回执}
您订阅的推送：
栏目：{栏目}
免打扰：{免打扰}
每周最多：{次数}

协会发给全体粉丝的群发不受此限。
[[改栏目|订阅]]　[[退订]]
""",
        "回执",
        "栏目",
        "免打扰",
        "次数",
    ),
    "wishes_none": _wording(
        """
您现在不收按栏目的推送。
协会发给全体粉丝的群发由微信送达，可在公众号主页的设置里关闭。
想恢复，发[[订阅全部]]，或[[选栏目|订阅]]。
"""
    ),
    "unsubscribed": _wording(
        """
好的，不再按栏目给您推送，刚才的列表也已清除。
协会发给全体粉丝的群发由微信送达，可在公众号主页的设置里关闭。
想恢复，发[[订阅全部]]。
"""
    ),
    "no_section": _wording(
        """
没有「{问题}」这个栏目，现有这些（点一下就行）：
{栏目}
""",
        "问题",
        "栏目",
    ),
    "wish_how": _wording(
        """
请这样写：
「免打扰 22-8」：22 点到次日 8 点不推送（整点）；[[免打扰关]]
「每周最多 2 次」；[[每周不限]]
"""
    ),
    "thanks": _wording("不客气！想找什么，随时发一个词给我，或看[[最新]]一期。"),
    "image": _wording("图片收到了，谢谢！我还看不懂图片，请用文字告诉我想找什么，例如一个公司或技术的名字。"),
    "voice": _wording(
        "语音收到了，谢谢！我还听不懂语音，请用文字再说一次（键盘上的话筒可以把语音转成文字）。"
    ),
    "video": _wording("视频收到了，谢谢！我还看不了视频，请用文字告诉我想找什么。"),
    "location": _wording("位置收到了，谢谢！我不按位置查找，请直接发地名，例如「中关村」。"),
    "link": _wording("链接收到了，谢谢分享！想找简报里的文章，请发一个词给我，或看[[最新]]一期。"),
    "unsupported": _wording("这种消息我还看不懂，请用文字告诉我想找什么；发[[帮助]]看看可以怎么问。"),
    "titles": _wording(
        """
{名称}（先给您标题）：

{列表}

发数字看那一篇。
{更多}
""",
        "名称",
        "列表",
        "更多",
    ),
    "later": _wording(
        """
收到，请稍后发送 1 查看
[[查看回答|1]]
"""
    ),
    "busy": _wording("现在问的人太多，系统繁忙，请过一会儿再发一次。"),
    "unkept": _wording("抱歉，系统忙，刚才可能没有记下来。请过一会儿再发一次。"),
    "trouble": _wording("抱歉，刚才没有查成。请过一会儿再发一次。"),
}
