# Headgate's server. Build and run: docs/operations.md. The build stage installs what requirements/ locks, by hash, and
# nothing else; the image has Python, these packages and a folder for data. tests/test_deployment.py runs the steps.

FROM python:3.11-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /src

# What changes seldom comes first: its layers are taken from the cache when only our code has changed.
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/bootstrap.txt \
    && uv venv /opt/headgate \
    && uv pip install --python /opt/headgate --require-hashes --only-binary :all: --requirements requirements/run.txt

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot/ bot/
COPY examples/scikit-learn/ examples/scikit-learn/
COPY policies/ policies/
COPY sandbox/ sandbox/
RUN uv build --wheel --require-hashes --build-constraints requirements/dev.txt --out-dir dist \
    && uv pip install --python /opt/headgate --no-deps dist/*.whl \
    && mkdir --mode 0700 /data


FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Headgate" \
    org.opencontainers.image.description="Holds pull requests of machine-learning repositories against Gitflow and MLOps policy" \
    org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/headgate /opt/headgate
COPY --from=build --chown=65532:65532 /data /data

# Nothing is written outside /data, so the root file system may be read-only. A container listens on all its addresses:
# which of them is reached from outside is for whoever runs it to say.
ENV PATH=/opt/headgate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    HEADGATE_HOST=0.0.0.0 \
    HEADGATE_PORT=8080 \
    HEADGATE_DATA=/data
VOLUME ["/data"]
USER 65532:65532
EXPOSE 8080

# Ready means that deliveries are welcome: the server answers 503 while it starts or drains, and while its database cannot
# store. Whoever restarts what is sick asks /livez instead; a restart mends no database.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "-c", "import http.client, os; \
connection = http.client.HTTPConnection('127.0.0.1', int(os.environ['HEADGATE_PORT']), timeout=4); \
connection.request('GET', '/readyz'); \
raise SystemExit(connection.getresponse().status != 200)"]

# It stops accepting jobs, ends those that run, and leaves within 30 seconds; give it 40 before it is killed.
STOPSIGNAL SIGTERM
ENTRYPOINT ["headgate"]
CMD ["serve"]
