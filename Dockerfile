# One image for every part of Kiezbox: `docker run kiezbox --help` lists its commands. See docker-compose.yml.
# A test replays these steps in a plain virtual environment (tests/deploy/test_dockerfile.py).

FROM python:3.12.12-slim-bookworm AS build
ARG PREFIX=/opt/kiezbox
# Parquet downloads cost 170 MB: --build-arg EXTRAS=dashboards leaves them out, and the API says so and offers CSV.
ARG EXTRAS=dashboards,parquet,alarm
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE CHANGELOG.md ./
COPY kiezbox ./kiezbox
COPY storage ./storage
COPY translations ./translations
COPY devices ./devices
COPY radio ./radio
COPY crisis ./crisis
COPY ingest ./ingest
COPY api ./api
COPY dashboards ./dashboards
COPY receiver ./receiver
COPY stack ./stack
COPY firmware-sim ./firmware-sim
COPY deploy/hashes ./hashes
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Our own wheels, by tools whose hashes are known as well.
RUN python3 -m venv builder && builder/bin/pip install --require-hashes --no-deps --requirement hashes/build.txt
RUN builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir wheels . ./firmware-sim
# Everything else is what deploy/hashes/ names, whatever the index sends.
RUN python3 -m venv "$PREFIX"
RUN "$PREFIX/bin/pip" install --require-hashes --no-deps --requirement hashes/base.txt \
    $(for extra in $(echo "$EXTRAS" | tr , ' '); do echo "--requirement hashes/$extra.txt"; done)
RUN "$PREFIX/bin/pip" install --no-deps --no-index wheels/*.whl && "$PREFIX/bin/pip" check
# Nothing is installed into it later.
RUN "$PREFIX/bin/pip" uninstall --yes --quiet pip

FROM python:3.12.12-slim-bookworm
ARG PREFIX=/opt/kiezbox
ARG DATA=/var/lib/kiezbox
COPY --from=build $PREFIX $PREFIX
# A new volume takes over the owner of this folder.
RUN install -d -m 0750 -o 10001 -g 10001 "$DATA"
ENV PATH=/opt/kiezbox/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR $DATA
USER 10001:10001
ENTRYPOINT ["kiezbox"]
CMD ["--help"]
