"""Check an installation, from its settings to the answer that a member would get, and store the result.

    examine       run every check and yield its result; slow: calls the platform and the public address
    store         store the results with their time
    latest        return the stored diagnosis, for pages that must not run the checks themselves
    renew         examine and store, unless another worker has just done so
    record_heartbeat   note that a worker is running; read_heartbeat says when
    stored_quotas return what the last examination found of the day's quotas

`wxbot doctor` and, each hour, the worker run the checks.
"""

from wxbot.doctor.diagnosis import CheckResult, Diagnosis, latest, store, stored_quotas
from wxbot.doctor.examination import examine, renew
from wxbot.doctor.heartbeat import read_heartbeat, record_heartbeat

__all__ = [
    "CheckResult",
    "Diagnosis",
    "examine",
    "latest",
    "read_heartbeat",
    "record_heartbeat",
    "renew",
    "store",
    "stored_quotas",
]
