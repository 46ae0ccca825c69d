# One image for web, worker, beat and the migrate step: docker-compose.yml says which command runs where.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt .
# Wheels only: nothing is compiled here, so the image needs no compiler and builds the same everywhere.
RUN pip install --only-binary :all: -r requirements.txt

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MEMOFLOW_DATA=/data STATIC_ROOT=/app/staticfiles
RUN useradd --uid 10001 --create-home memoflow && install -d -o memoflow -g memoflow /app /data
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --chown=memoflow:memoflow . .
USER memoflow
RUN SECRET_KEY=only-while-building python manage.py collectstatic --noinput --verbosity 0
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "config.wsgi:application"]
