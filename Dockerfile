# The service as an image: `docker build -t horde-model-reference .`; docs/containers.md says how to run it.
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/horde-model-reference
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN /opt/horde-model-reference/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[redis,postgres]'

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 service \
    && useradd --uid 10001 --gid service --no-create-home --shell /usr/sbin/nologin service \
    && install -d -o service -g service /data
COPY --from=build /opt/horde-model-reference /opt/horde-model-reference
# Everything is compiled already, and only /data and /tmp are written to.
ENV PATH=/opt/horde-model-reference/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HORDE_MODEL_REFERENCE_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 19800
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:19800/api/heartbeat', timeout=4)"]
ENTRYPOINT ["horde-model-reference"]
CMD ["serve", "--host", "0.0.0.0"]
