"""Chinese labels of states, routes, audiences and audit events, as editors read them everywhere."""

from wxbot.push.ledger.audience import Audience, AudienceKind

__all__ = [
    "AUDIT_EVENT_LABELS",
    "CAMPAIGN_STATE_LABELS",
    "COMMENT_LABELS",
    "DELIVERY_STATE_LABELS",
    "NEXT_STEPS",
    "ROUTE_EXPLANATIONS",
    "ROUTE_LABELS",
    "audience_label",
]

CAMPAIGN_STATE_LABELS = {
    "planned": "待批准",
    "approved": "已批准，等时刻",
    "running": "进行中",
    "paused": "已暂停",
    "waiting": "等待中",
    "unknown": "结果不明",
    "finished": "已完成",
    "failed": "失败",
    "cancelled": "已取消",
}

NEXT_STEPS = {
    "planned": "看过内容，批准",
    "approved": "到时刻自动发；不想发就暂停或取消",
    "running": "正在发；可以暂停",
    "paused": "恢复，或取消",
    "waiting": "会自动接着做，不用管",
    "unknown": "到公众平台看发没发出去，再核实",
    "finished": "看结果报告；有错就撤回、发更正",
    "failed": "看原因，重试或重新计划",
    "cancelled": "要发就重新计划",
}

ROUTE_LABELS = {
    "mass": "群发",
    "customer": "逐个发图文卡片（客服消息）",
    "draft": "只备草稿",
    "publish": "只发布，不通知",
    "list": "按名单群发",
    "notice": "逐个发订阅通知",
    "mixed": "每位粉丝各按一种方式",
}

ROUTE_EXPLANATIONS = {
    "mass": "微信把它送给对象里的每一位粉丝，像报纸一样出现在订阅号消息里。订阅号每天一次，服务号每位粉丝每月四次。",
    "customer": "给每位 48 小时内来过消息的粉丝单独发一张卡片，出现在和公众号的对话里；不占群发次数。",
    "draft": "把草稿放进公众平台的草稿箱，什么也不发；由人到公众平台按「发表」。",
    "publish": "发布成网页文章，粉丝不会收到消息；不占群发次数。",
    "list": "由微信群发给名单上的人，分批进行；对服务号，占每位收到的粉丝每月四次里的一次。",
    "notice": "给每位同意过订阅通知的粉丝发一条服务通知，一次同意用一次。",
    "mixed": "每位粉丝用他能收到的第一种：卡片、订阅通知、按名单群发。",
}

COMMENT_LABELS = {
    "": "不开留言",
    "none": "不开留言",
    "fans": "粉丝可以留言",
    "all": "所有人可以留言",
}

DELIVERY_STATE_LABELS = {
    "planned": "未发",
    "claimed": "发送中",
    "sent": "已发出",
    "failed": "失败（可重试）",
    "refused": "被拒绝",
    "unknown": "不明",
    "skipped": "略过",
}

AUDIT_EVENT_LABELS = {
    "plan": "计划",
    "approve": "批准",
    "second": "批准（还差一位）",
    "preview": "预览",
    "recall": "要求撤回",
    "recalled": "已撤回",
    "recall failed": "没有撤回",
    "correct": "更正",
    "bring forward": "改为立即",
    "start": "开始",
    "pause": "暂停",
    "resume": "恢复",
    "cancel": "取消",
    "retry": "重试",
    "resolve": "核实",
    "wait": "等待",
    "lose": "结果不明",
    "finish": "完成",
    "fail": "失败",
    "change": "内容变了",
    "miss": "错过时刻",
    "phone ask": "手机上要求",
    "phone confirm": "手机上确认",
    "phone mistake": "手机上输错确认码",
}


_AUDIENCE_LABELS = {
    AudienceKind.ALL: "全部粉丝",
    AudienceKind.TAG: "标签「{}」的粉丝",
    AudienceKind.RECENT: "48 小时内来过消息的粉丝",
    AudienceKind.ACTIVE: "最近 {} 天来过消息的粉丝",
    AudienceKind.SECTION: "想收「{}」的粉丝",
    AudienceKind.PUBLICATION: "想收「{}」的粉丝",
    AudienceKind.CONSENTED: "同意过订阅通知的粉丝",
    AudienceKind.REACHED: "收到过计划 {} 的粉丝",
    AudienceKind.UNREACHED: "计划 {} 没有发到的粉丝",
    AudienceKind.FILE: "名单 {} 上的人",
}


def audience_label(audience: Audience) -> str:
    """Return an audience in Chinese: `section:投融界` is 想收「投融界」的粉丝."""
    return _AUDIENCE_LABELS[audience.kind].format(audience.argument)
