"""A bare application: database, request limits, errors, headers, compression, request log."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix

from server.foundation import errors, headers, health, metrics, site
from server.foundation.body import BoundedRequest
from server.foundation.db import db
from server.foundation.engine import engine_options, prepare_engine
from server.foundation.json import CompactJson
from server.foundation.log import configure, log
from server.foundation.problems import CROSS_SITE, Problem
from server.foundation.settings import SETTINGS, Settings, settings_of
from server.foundation.web import UNSAFE

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Gemba(Flask):
    """Flask with a bounded request body."""

    request_class = BoundedRequest
    json_provider_class = CompactJson


def create(settings: Settings) -> Flask:
    """Make the application without any room."""
    configure(settings.log_level)
    app = Gemba("server", static_folder=None, template_folder="foundation/templates")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.engine_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        PROPAGATE_EXCEPTIONS=False,
        MAX_FORM_MEMORY_SIZE=0,
    )
    app.extensions[SETTINGS] = settings
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.proxies,
            x_proto=settings.proxies,
            x_host=settings.proxies,
        )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    app.before_request(_begin)
    app.after_request(_finish)
    errors.register(app)
    app.url_map.converters["screen"] = site.ScreenPath
    app.register_blueprint(health.doors)
    app.register_blueprint(site.doors)
    return app


def _begin() -> None:
    g.began_s = time.perf_counter()
    offered = request.headers.get("X-Request-ID", "")
    g.request_id = offered if _REQUEST_ID.fullmatch(offered) else secrets.token_urlsafe(9)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if request.method == "TRACE":
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
    if request.method in UNSAFE and is_cross_site():
        raise Problem(CROSS_SITE)


def is_cross_site() -> bool:
    """Say whether a browser tells that another site made this request.

    Both headers are set by the browser, never by a page; a client that is no browser sends none.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    own = settings_of(current_app).public_origin or request.host_url.rstrip("/")
    return origin != own


def _finish(response: Response) -> Response:
    headers.secure(response)
    headers.compress(response)
    route = request.url_rule.rule if request.url_rule is not None else "none"
    elapsed_s = time.perf_counter() - g.get("began_s", time.perf_counter())
    metrics.observe(request.method, route, response.status_code, elapsed_s)
    log().info(
        "request.done",
        method=request.method if request.method in metrics.METHODS else "other",
        route=route,
        status=response.status_code,
        code=g.get("problem_code"),
        ms=round(elapsed_s * 1000, 1),
    )
    return response
