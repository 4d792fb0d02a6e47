# docker build -t wxbot .        compose.yaml starts it with a database and a proxy; see docs/operations.md
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY config/requirements.txt config/requirements.txt
RUN python -m venv /opt/wxbot && /opt/wxbot/bin/pip install --require-hashes -r config/requirements.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY wechat_simulator wechat_simulator
COPY wxbot wxbot
RUN /opt/wxbot/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
COPY --from=build /opt/wxbot /opt/wxbot
# A number, so that a platform can see that it is not root. Only these three folders are its own.
RUN useradd --system --uid 10001 --user-group --home-dir /srv/wxbot --shell /usr/sbin/nologin wxbot \
    && install -d -o wxbot -g wxbot -m 0750 /srv/wxbot /srv/wxbot/var /srv/wxbot/content /srv/wxbot/config
ENV PATH=/opt/wxbot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WXBOT_HOST=0.0.0.0 WXBOT_PORT=8000
WORKDIR /srv/wxbot
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["wxbot"]
CMD ["serve"]
