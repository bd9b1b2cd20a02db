# One image for web, worker, beat and the one-shot migration; the command decides which it is.

FROM python:3.12-slim AS build
COPY requirements/production.txt /tmp/production.txt
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: --requirement /tmp/production.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NRM_STATIC_ROOT=/srv/static \
    NRM_AUDIT_HEADS=/var/lib/nrm/audit/heads.jsonl
# The code belongs to root, so the service cannot change it; only the folder of audit heads is its own,
# and the folders in which a trial keeps its secrets (nrm/first_start.py).
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin nrm \
    && install -d -o nrm -g nrm -m 700 /var/lib/nrm/audit /kept \
    && install -d -o nrm -g nrm /given/db /given/redis /given/migrate /given/web /given/worker /given/beat
COPY --from=build /venv /venv
WORKDIR /srv/nrm
COPY . .
RUN python -m compileall -q . && python manage.py collectstatic --no-input
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "nrm.wsgi"]
