"""Describe the reply texts to editors: when each is sent, and example values of the placeholders."""

from collections.abc import Mapping, Sequence

__all__ = ["EXAMPLES", "REPLY_GROUPS", "example_values", "reply_label"]

REPLY_GROUPS: Sequence[tuple[str, Mapping[str, str]]] = (
    (
        "初次见面",
        {
            "welcome": "新粉丝关注时",
            "help": "会员说「帮助」时",
            "subscribe": "会员说「订阅」，让他挑栏目时",
            "empty": "书架上还没有简报时",
        },
    ),
    (
        "找到了",
        {
            "list": "找到几篇文章时",
            "section": "会员说一个栏目时",
            "newest": "会员要最新的文章时",
            "page": "会员说「更多」，看下一页时",
            "contents": "会员要一期的目录时",
            "titles": "查得慢，先列出标题时",
            "issues": "会员要往期简报时",
            "picked": "会员一次点了几篇时",
            "next_issue": "会员问下一期什么时候出时",
            "corrected": "猜会员写错了字时",
            "corrected_refusable": "猜会员写错了字，原字也找得到文章时",
            "others": "卡片下面提示还有几篇时",
            "other_issues": "别的刊物也有这一期时",
            "other_latest": "别的刊物也有最新一期时",
        },
    ),
    (
        "没找到",
        {
            "nothing": "没有找到文章时",
            "near": "没有找到文章，但有意思相近的时",
            "no_issue": "没有会员说的那一期时",
            "no_article": "那一期里没有会员说的第几篇时",
            "no_section": "没有会员说的那个栏目时",
            "no_list": "会员说「更多」，但列表已过期时",
            "no_more": "已经是最后一页时",
            "no_back": "已经是第一页时",
            "no_such": "列表里没有会员说的第几篇时",
            "none_of_section": "列表里没有那个栏目的文章时",
            "gone": "会员要的文章已经撤下时",
        },
    ),
    (
        "订阅",
        {
            "wishes": "会员看自己的订阅时",
            "wishes_none": "会员什么也没有订阅时",
            "wish_how": "订阅的话没写对时",
            "unsubscribed": "会员退订以后",
        },
    ),
    (
        "别的消息",
        {
            "thanks": "会员说谢谢时",
            "image": "会员发来图片时",
            "voice": "会员发来语音，听不懂时",
            "video": "会员发来视频时",
            "location": "会员发来位置时",
            "link": "会员发来链接时",
            "unsupported": "会员发来看不懂的消息时",
            "binding": "编辑发来网页后台给的一句话，写上自己的微信时",
            "no_staff": "会员要人工，但没有客服时",
            "staff_away": "会员要人工，但客服不在时",
        },
    ),
    (
        "出了状况",
        {
            "later": "来不及回答，请会员过一会儿再取时",
            "busy": "同时问的人太多时",
            "unkept": "会员的设置没能保存时",
            "trouble": "回答出了错时",
        },
    ),
)
"""Labels of the texts by name, in groups; a text without a label stands under its name."""

EXAMPLES: Mapping[str, str] = {
    "公众号": "长风联盟",
    "栏目": "新动向、企业讯、投融界",
    "刊物": "工作简报、政策快讯",
    "问题": "芯片",
    "总数": "12",
    "列表": "1. 国产芯片产能再上台阶\n2. 芯片企业走进高校\n3. 一颗芯片的旅行",
    "更多": "发「更多」看下一页",
    "更正": "没有找到「新片」，这是「芯片」的结果。",
    "原字": "只找「新片」",
    "范围": "第 4 至 6 篇",
    "起": "4",
    "止": "6",
    "期名": "2021年第2期",
    "整期": "看整期",
    "其余": "9",
    "期号": "2021年第2期",
    "已有": "2021年第1期、2021年第2期",
    "写法": "「政策快讯」",
    "分钟": "30",
    "可发": "1 至 12",
    "数字": "15",
    "回执": "已订阅「投融界」。",
    "不收": "",
    "免打扰": "22 点至次日 8 点",
    "次数": "2 次",
    "名称": "与「芯片」有关的文章",
    "标题": "往期简报",
    "网页": "全部往期：网页上看",
    "目录": "看目录",
    "计划": "12月1日 9:00",
    "规则": "每周二 9:00",
    "最近": "11月3日、11月17日",
    "时间": "工作日 9:00 至 17:00",
}


def reply_label(name: str) -> str:
    """Return when a text is sent; the text's name where nothing is known."""
    return next((labels[name] for _, labels in REPLY_GROUPS if name in labels), name)


def example_values(places: frozenset[str]) -> dict[str, str]:
    """Return example values of placeholders; of an unknown one its name."""
    return {place: EXAMPLES.get(place, f"（{place}）") for place in places}
