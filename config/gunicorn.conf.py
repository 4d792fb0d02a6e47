"""Settings of gunicorn: `gunicorn -c config/gunicorn.conf.py wxbot.wsgi:app`; its lines have the form of ours."""

from wxbot.log_format import log_config
from wxbot.settings import load

bind = "127.0.0.1:8000"
workers = 2
threads = 16
preload_app = False  # an open SQLite database must not be carried over a fork
# gunicorn's own settings of logging have a root logger, whose handler they do not keep beside ours.
logconfig_dict = {
    **log_config(load().log_format),
    "root": {"handlers": ["wxbot"], "level": "WARNING"},
}
