"""Emoticons in a message: codes such as 「/::)」 and 「[微笑]」, emoji, and faces made of signs.

WeChat sends its own emoticons as codes, in the language of the sender's phone (reference, B). Beside words they mean
nothing to a search; alone they are a courtesy.
"""

import re
from functools import lru_cache

from wxbot.search.tokenizer import fold

__all__ = ["strip_emoticons"]

_CHINESE = (
    "微笑|撇嘴|色|发呆|得意|流泪|害羞|闭嘴|睡|大哭|尴尬|发怒|调皮|呲牙|惊讶|难过|酷|囧|冷汗|抓狂|吐|偷笑|"
    "愉快|可爱|白眼|傲慢|饥饿|困|惊恐|流汗|憨笑|悠闲|大兵|奋斗|咒骂|疑问|嘘|晕|折磨|疯了|衰|骷髅|敲打|再见|擦汗|"
    "抠鼻|鼓掌|糗大了|坏笑|左哼哼|右哼哼|哈欠|鄙视|委屈|快哭了|阴险|亲亲|吓|可怜|菜刀|西瓜|篮球|乒乓|饭|瓢虫|便便|"
    "笑脸|生病|脸红|破涕为笑|恐惧|失望|无语|嘿哈|捂脸|奸笑|机智|皱眉|耶|吃瓜|加油|加油加油|汗|天啊|emm|社会社会|旺柴|"
    "好的|打脸|哇|翻白眼|666|让我看看|叹气|苦涩|裂开|嘴唇|爱心|心碎|拥抱|强|弱|握手|胜利|抱拳|勾引|拳头|ok|no|合十|"
    "啤酒|咖啡|茶|蛋糕|玫瑰|凋谢|示爱|炸弹|闪电|刀|足球|月亮|太阳|庆祝|礼物|红包|發|福|烟花|爆竹|鞭炮|蜡烛|猪头|跳跳|"
    "发抖|转圈|怄火|磕头|回头|跳绳|投降|激动|乱舞|献吻|左太极|右太极|差劲|爱你|爱情|飞吻|小鸡|鬼魂|鸡|发财|怒骂|生气|"
    "衰|口罩|汗颜|开心|悲伤|惊喜|点赞|赞|比心|心|鲜花|花|感谢|谢谢|撒花|尬笑|笑哭|思考|嫌弃|晚安|早安"
)
_ENGLISH = (
    "smile|grimace|drool|scowl|coolguy|chill|sob|shy|silent|silence|sleep|cry|awkward|angry|tongue|wink|grin|surprise|"
    "frown|sad|cool|ruthless|blush|scream|puke|chuckle|joyful|cute|slight|smug|hungry|drowsy|panic|sweat|laugh|commando|"
    "determined|scold|shocked|question|shhh|dizzy|tormented|toasted|skull|hammer|wave|bye|speechless|nosepick|clap|shame|"
    "trick|bah！l|bah！r|bah!l|bah!r|yawn|pooh-pooh|shrunken|tearingup|sly|kiss|wrath|whimper|cleaver|watermelon|beer|"
    "basketball|pingpong|coffee|rice|pig|rose|wilt|lips|heart|brokenheart|cake|lightning|bomb|dagger|soccer|ladybug|poop|"
    "moon|sun|gift|hug|thumbsup|thumbsdown|strong|weak|shake|peace|victory|fight|salute|beckon|fist|pinky|rockon|nuh-uh|"
    "inlove|blowkiss|waddle|tremble|aaagh!|twirl|kotow|dramatic|jumprope|surrender|hooray|meditate|smooch|taichi l|"
    "taichi r|hey|facepalm|smirk|smart|moue|yeah!|yeah|tea|packet|candle|blessing|chick|onlooker|goforit|sweats|omg|"
    "respect|doge|noprob|mybad|keepfighting|wow|boring|awesome|letmesee|sigh|hurt|broken|worship|party|firecracker|"
    "fireworks|terror|concerned|flushed|sick|happy|lol|eyeroll|letdown|duh|emoji|thanks|thank you|ghost|rich|blessed"
)
_NAMES = frozenset(map(fold, (*_CHINESE.split("|"), *_ENGLISH.split("|"))))
_CODE_WORDS = (
    "basketb|beer|bome|break|bye|cake|circle|coffee|dig|eat|fade|footb|gift|handclap|heart|hiphot|hug|jump|kiss|kotow|"
    "ladybug|love|moon|pig|rose|shake|share|shit|showlove|skip|strong|sun|turn|weak|wipe|bad|jj|kn|li|lvu|no|ok|oo|oy|pd|"
    "xx|v"
)
_SIGN = r"[^\w\s/\u4e00-\u9fff]"
_SLASH_CODE = re.compile(
    rf"/:(?:(?:{_CODE_WORDS})(?![a-z])|[A-Za-z0-9]?{_SIGN}{{1,4}}[A-Za-z0-9]?{_SIGN}{{0,2}}>?)", re.IGNORECASE
)
_BRACKETED = re.compile(r"[\[［]([^\[\]［］]{1,16})[\]］]")
# ○ and ☐ are no emoji: ○ is a zero in 二○二一. Private characters are the emoji of old phones.
_EMOJI = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u231a\u231b\u23e9-\u23fa\u25b6\u25c0"
    "\u25fb-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299\ue000-\uf8ff\U000e0020-\U000e007f]"
    "[\ufe0e\ufe0f\u200d\u20e3]*)+"
)
_FACE_SIGNS = r"￣▽ω≧≦▔◡·・ﾟ°ヽノ╯╰︶﹏ε∀´`′‵;；^_*><＞＜=~～⌒∇益皿"
_FACE = re.compile(
    rf"[\\/ヽ╮ξ]?[（(](?=[^()（）\u4e00-\u9fff]*[{_FACE_SIGNS}])[^()（）\u4e00-\u9fffA-Za-z]{{2,14}}[)）]"
    r"[ づノﾉ/╭シつ。゜]*"
    r"|(?<![\w/])(?:\^[_o.]*\^|t[_.]t|>[_.]<|=[_.]=|-[_.]-|qaq|orz)(?!\w)|(?<=[^\w\s])\^\^|(?<![\w/:])[:;]-?[()dp]+(?!\w)"
    r"|\^_*\^|(?<=[\u4e00-\u9fff])[:;]-?[()dp]+$",
    re.IGNORECASE,
)
_LEFT_OVER = " \u3000~～"


@lru_cache(1024)
def strip_emoticons(text: str) -> str:
    """Return a text without its emoticons; "" if it consists of nothing else, the text itself if it has none.

    A word in brackets that is no emoticon's name, such as 「[芯片]」, stays.
    """
    left = _BRACKETED.sub(lambda found: " " if fold(found[1]) in _NAMES else found[0], text)
    for pattern in (_SLASH_CODE, _EMOJI, _FACE):
        left = pattern.sub(" ", left)
    return text if left == text else " ".join(left.split()).strip(_LEFT_OVER)
