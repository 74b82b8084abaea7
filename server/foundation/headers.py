"""Headers of every answer: a strict content policy, no caching of data, gzip where it pays."""

import gzip
from collections.abc import Iterable
from typing import Final

from flask import Response, request


def content_policy(scripts: Iterable[str] = (), styles: Iterable[str] = ()) -> str:
    """Return the policy of an answer; `scripts` and `styles`: SHA-256 (base64) of what stands in the page itself."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *(f"'sha256-{each}'" for each in scripts))),
            " ".join(("style-src 'self'", *(f"'sha256-{each}'" for each in styles))),
            "img-src 'self' blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types svelte-trusted-html gemba-sw",
            "report-uri /api/csp-report",
        )
    )


CONTENT_POLICY: Final = content_policy()
SECURITY: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), display-capture=(),"
        " accelerometer=(), gyroscope=(), magnetometer=(), midi=(), serial=()"
    ),
    "X-Frame-Options": "DENY",
}
HSTS: Final = "max-age=31536000"
GZIP_FROM_BYTES: Final = 512
_ZIPPABLE: Final = frozenset(
    {
        "application/json",
        "application/problem+json",
        "application/manifest+json",
        "application/javascript",
        "text/javascript",
        "text/html",
        "text/css",
        "text/plain",
        "image/svg+xml",
    }
)


def secure(response: Response) -> None:
    """Add the security headers; nothing under /api is ever stored by a cache."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.path.startswith("/api/"):
        response.headers["Cache-Control"] = "no-store"


def compress(response: Response) -> None:
    """Zip an answer above 512 bytes for a client that takes it."""
    if response.mimetype not in _ZIPPABLE or response.is_streamed or response.status_code == 206:
        return
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return
    if response.direct_passthrough:
        return
    data = response.get_data()
    if len(data) <= GZIP_FROM_BYTES:
        return
    response.set_data(gzip.compress(data, compresslevel=6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if (etag := response.headers.get("ETag")) is not None and not etag.startswith("W/"):
        response.headers["ETag"] = f"W/{etag}"  # the bytes differ, the meaning does not
