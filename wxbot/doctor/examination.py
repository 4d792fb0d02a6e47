"""Run the checks of an installation: each is a function that returns what it saw, or raises with what is wrong."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping

from wxbot.db import KeyValueStore
from wxbot.doctor import brand_checks, local_checks, platform_checks, public_checks
from wxbot.doctor.diagnosis import CheckResult, latest, store
from wxbot.errors import WxbotError
from wxbot.wiring import Services

__all__ = ["CHECKS", "examine", "renew"]

log = logging.getLogger(__name__)

_FRESH = dt.timedelta(minutes=50)
_LEASE, _LEASE_TIME = "doctor-run", dt.timedelta(minutes=5)

Check = Callable[[Services], str]


def examine(services: Services, checks: Mapping[str, Check] | None = None) -> Iterator[CheckResult]:
    """Run each check (default: all) and yield its result as soon as it is known.

    One cause is explained once: a check whose foundation failed does not run, and one that meets the same error as a
    check before it refers to that one.
    """
    failed = dict[str, CheckResult]()
    for name, check in (CHECKS if checks is None else checks).items():
        if (needed := _NEEDS.get(name)) in failed:
            yield CheckResult(name, False, f"没有检查：先解决「{needed}」")
            continue
        result = _run_check(name, check, services)
        same = next((each for each in failed.values() if each.says == result.says), None)
        if not result.good:
            failed[name] = result
        yield result if same is None else CheckResult(name, False, f"原因同「{same.name}」")


def renew(services: Services, *, always: bool = False) -> bool:
    """Examine and store the results; return False if another worker does, or has just done so.

    `always` ignores the age of the stored diagnosis, as after a start, when settings may have changed.
    """
    now = services.now()
    stored = latest(services.db)
    if not always and stored is not None and stored.age(now) < _FRESH:
        return False
    if not KeyValueStore(services.db).claim(_LEASE, now + _LEASE_TIME, now):
        return False
    diagnosis = store(services.db, now, examine(services))
    for result in diagnosis.problems:
        log.warning("doctor: %s: %s %s", result.name, result.says, result.remedy)
    return True


def _run_check(name: str, check: Check, w: Services) -> CheckResult:
    try:
        return CheckResult(name, True, check(w))
    except WxbotError as wrong:
        return CheckResult(name, False, wrong.message, wrong.remedy)
    except OSError as wrong:
        where = f"：{wrong.filename}" if wrong.filename else ""
        return CheckResult(name, False, f"{wrong.strerror or wrong}{where}", "检查路径和权限。")


CHECKS: Mapping[str, Check] = {
    "设置": local_checks.check_settings,
    "数据库": local_checks.check_schema,
    "时钟": local_checks.check_clock,
    "磁盘": local_checks.check_disk,
    "内容": local_checks.check_content,
    "没收下的文件": local_checks.check_files,
    "索引": local_checks.check_index,
    "规则": local_checks.check_rules,
    "字体": local_checks.check_fonts,
    "品牌": brand_checks.check_brand,
    "后台": local_checks.check_worker,
    "编辑通知": local_checks.check_editor_notices,
    "平台凭据": platform_checks.check_token,
    "账号权利": platform_checks.check_rights,
    "草稿": platform_checks.check_drafts,
    "群发": platform_checks.check_mass_quota,
    "粉丝名单": platform_checks.check_followers,
    "菜单": platform_checks.check_menu,
    "域名": public_checks.resolve_host,
    "证书": public_checks.check_certificate,
    "网页": public_checks.check_page,
    "验证": public_checks.check_echo,
    "消息": public_checks.check_message,
    "加密": local_checks.check_encryption,
    "数据格式": local_checks.check_data_format,
    "回调": platform_checks.check_callback,
}

# Without a token no call to the platform succeeds; without an address nothing is fetched from it.
_NEEDS: Mapping[str, str] = {
    **dict.fromkeys(("账号权利", "草稿", "群发", "粉丝名单", "菜单", "回调"), "平台凭据"),
    **dict.fromkeys(("证书", "网页", "验证", "消息"), "域名"),
}
