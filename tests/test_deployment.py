"""Facts about the samples for running wxbot: image, containers, systemd units, proxies."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.conftest import ROOT
from wxbot.cli import cli
from wxbot.settings import Settings
from wxbot.web.health import HealthViews
from wxbot.wechat import limits

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
NGINX = (ROOT / "config" / "nginx.conf.sample").read_text(encoding="utf-8")
CADDY = (ROOT / "config" / "Caddyfile").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "config" / "systemd").glob("*.service"))
EXPOSURE = 3.0  # at most, of 10, as `systemd-analyze security` counts


def _require_command(words: list[str]) -> None:
    """Let click parse the words of a wxbot command; raises if it does not exist or an option is wrong."""
    group: click.Command = cli
    context = click.Context(cli, **cli.context_settings)
    while isinstance(group, click.Group):
        name, *words = words
        found = group.get_command(context, name)
        assert found is not None, name
        group = found
    group.make_context(name, words, parent=context)  # a command keeps the names of its help option


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_systemd_unit_starts_a_command_and_is_confined(unit: Path) -> None:
    """`ExecStart` is a command with valid options; the unit runs as its own user and closes what it does not need."""
    text = unit.read_text(encoding="utf-8")
    (words,) = re.findall(r"^ExecStart=\S+/wxbot (.+)$", text, re.MULTILINE)
    _require_command(shlex.split(words))
    assert {"User=wxbot", "UMask=0077", "ProtectSystem=strict"} <= set(text.splitlines())
    if (program := shutil.which("systemd-analyze")) is None:
        return
    command = [program, "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    (exposure,) = re.findall(r"exposure level for \S+: ([\d.]+)", said) or ["0"]
    assert float(exposure) <= EXPOSURE


def test_the_web_server_listens_where_its_socket_unit_and_the_proxy_say() -> None:
    """The socket unit holds the default address, to which nginx forwards, and the service takes it over."""
    folder = ROOT / "config" / "systemd"
    (address,) = re.findall(r"^ListenStream=(\S+)$", (folder / "wxbot-web.socket").read_text(), re.MULTILINE)
    settings = Settings()
    assert f"{settings.host}:{settings.port}" == address
    assert address in NGINX
    assert "Requires=wxbot-web.socket" in (folder / "wxbot-web.service").read_text().splitlines()


def test_web_and_worker_may_write_what_editors_change() -> None:
    """Both processes have a unit, and may write state, content and configuration, which the console changes."""
    texts = {unit.stem: unit.read_text(encoding="utf-8") for unit in UNITS}
    assert {"wxbot-backup", "wxbot-web", "wxbot-worker"} == set(texts)
    for name in ("wxbot-web", "wxbot-worker"):
        (paths,) = re.findall(r"^ReadWritePaths=(.+)$", texts[name], re.MULTILINE)
        assert ["/srv/wxbot/var", "/srv/wxbot/content", "/srv/wxbot/config"] == paths.split()


def test_the_image_starts_the_server_without_root() -> None:
    """The image's user is a number above 0, its bases have versions, its files exist, and its check asks a route."""
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1].split(":")[0].isdigit()
    assert "USER 0" not in DOCKERFILE
    for base in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE):
        assert re.search(r":\d", base), base
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists(), source
            assert f"!{source}" in allowed, source
    (entry,) = re.findall(r'^ENTRYPOINT \["wxbot"\]\nCMD \["(\w+)"\]', DOCKERFILE, re.MULTILINE)
    _require_command([entry])
    (asked,) = re.findall(r"HEALTHCHECK.*127\.0\.0\.1:8000(/\w+)", DOCKERFILE)
    app = Flask("routes")
    HealthViews.register(object.__new__(HealthViews), app)
    assert asked in {rule.rule for rule in app.url_map.iter_rules()}


def test_compose_runs_the_processes_of_the_procfile() -> None:
    """Each command of compose.yaml exists, those of the Procfile are there, and no image is of an unknown version."""
    commands = [
        words.replace('"', "").split(", ")
        for words in re.findall(r"^    command: \[(.+)\]$", COMPOSE, re.MULTILINE)
    ]
    for words in commands:
        _require_command(list(words))
    nightly = "backup --into /srv/wxbot/backups --keep 14"
    assert {"serve", "worker", "db upgrade", nightly} == {" ".join(words) for words in commands}
    images = set(re.findall(r"^ +image: (\S+)$", COMPOSE, re.MULTILINE)) - {"wxbot"}
    assert images
    assert all(re.search(r":\d", image) for image in images)


def test_the_proxies_match_port_and_body_limits() -> None:
    """The upstream is the default address of the settings, the body limits are those of pages, webhook and uploads."""
    host, port = (Settings.model_fields[name].default for name in ("host", "port"))
    assert f"server {host}:{port};" in NGINX
    pages, _, webhook = NGINX.partition("location = /wechat")
    assert f"client_max_body_size {limits.FORM_BYTES // 2**20}m;" in pages
    assert f"client_max_body_size {limits.BODY_BYTES // 2**10}k;" in webhook.partition("}")[0]
    assert "Strict-Transport-Security" in NGINX
    assert "Strict-Transport-Security" in CADDY
    assert set(re.findall(r"reverse_proxy web:(\d+)", CADDY)) == {str(port)}
    upload = Settings.model_fields["upload_mb"].default + 1
    sizes = [f"{limits.BODY_BYTES // 2**10}KiB", f"{upload}MiB", f"{limits.FORM_BYTES // 2**20}MiB"]
    assert sizes == re.findall(r"max_size (\S+)", CADDY)
    assert f"client_max_body_size {upload}m;" in NGINX
