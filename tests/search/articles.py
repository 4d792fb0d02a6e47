"""An invented library of two issues and an archive, for the tests of search."""

from dataclasses import replace

from wxbot.search import IndexedDocument

__all__ = ["ARTICLES", "article"]


def article(
    id_: str, title: str, body: str = "", *, section: str = "要闻", date: str | None = "2022-03-15"
) -> IndexedDocument:
    """Return an article by its id; 2022-03/4 is article 4 of issue 2022-03, other ids belong to an archive."""
    number, slash, n = id_.partition("/")
    return IndexedDocument(
        id=id_,
        title=title,
        section=section,
        body=body,
        number=number if slash else None,
        n=int(n) if slash else None,
        date=date,
        digest=body[:54],
        url=None,
    )


MARCH = [
    article(
        "2022-03/1",
        "青禾协会发布《2022 北方冷链物流发展报告》白皮书",
        "日前，青禾协会正式发布白皮书，从仓储、干线运输和末端配送三个方面分析冷链物流。会员企业提供产品和服务的数据。",
    ),
    article(
        "2022-03/2",
        "市农业农村局印发《数字乡村行动计划（2022-2025 年）》",
        "近日，市农业农村局（以下简称农业局）印发行动计划，提出到 2025 年行政村 5G 网络全覆盖，建设 12 个示范镇。",
    ),
    article(
        "2022-03/3",
        "云杉机器人拿下东南亚最大采摘机器人订单",
        "云杉机器人中标 640 台采摘机器人，这是该公司在海外的最大订单。订单分三批交付，首批 3 月装船。",
        section="企业讯",
    ),
    article(
        "2022-03/4",
        "云杉机器人开发耐寒型固态电池",
        "云杉机器人在发布会上介绍，AX-7 平台专用的耐寒型固态电池采用叠片设计，零下三十度仍可出力。",
        section="企业讯",
    ),
    article(
        "2022-03/5",
        "丰禾股份或将包装业务外包给两家代工厂",
        "丰禾股份正在与两家工厂洽谈外包。公司同时与蓝橙公司分手，后者是它最大的客户。",
        section="企业讯",
    ),
    article(
        "2022-03/6",
        "Sprout 完成 2.4 亿元 B1 轮融资，海岳资本领投",
        "农业软件公司 Sprout 完成 B1 轮融资，由海岳资本领投，青松创投跟投。",
        section="投资汇",
    ),
    article(
        "2022-03/7",
        "植保无人机公司“翎翼科技”获近亿元 A 轮融资",
        "植保无人机公司翎翼科技宣布完成 A 轮融资，青松创投领投。资金用于新品研发与渠道拓展。",
        section="投资汇",
    ),
    article(
        "2022-03/8",
        "苗圃传感器厂商“禾声电子”完成天使轮融资",
        "禾声电子完成天使轮融资，用于芯片研发。公司生产苗圃用的温湿度传感器。",
        section="投资汇",
    ),
]

APRIL = [
    replace(each, id=f"2022-04/{n}", number="2022-04", n=n, date="2022-04-15")
    for n, each in enumerate(
        [
            article(
                "a",
                "国产播种芯片通过验证",
                "播种机用的控制芯片通过验证，可以与进口机型联用。",
                section="产品圈",
            ),
            article("b", "青禾协会春季年会在合作社举行", "青禾协会的春季年会在合作社举行，二百位会员到会。"),
        ],
        start=1,
    )
]

ARTICLES = MARCH + APRIL
