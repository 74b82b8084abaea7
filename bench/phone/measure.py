"""Measures a scoring page the way a floor supervisor meets it: network off, slow processor, browser killed.

A page is described by a dict of selectors (see pages.py); `{i}` is the line, `{v}` the mark, `{p}` the person, `{n}` persons done.
"""

import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright

from bench.phone import probe

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HAND: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
    "locale": "zh-CN",
}  # fmt: skip
Config = dict[str, Any]


class Phone:
    """One Chromium on its own profile; processor throttled, network switchable, killable by process id."""

    def __init__(
        self, pw: Playwright, page: Config, profile: str, *, offline: bool = True, throttle: float = 4
    ) -> None:
        self.config, self.profile, self.throttle = page, profile, throttle
        self.ctx: BrowserContext = pw.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=FLAGS, bypass_csp=True, **HAND
        )
        watch = probe.PROBE.replace("READY", json.dumps(page.get("ready"))).replace(
            "RATING", json.dumps(page["first_rating"])
        )
        self.ctx.add_init_script(watch)
        self.ctx.set_offline(offline)
        self.page = self.new_page()

    def sel(self, key: str, **blanks: Any) -> str:
        text = str(self.config[key])
        for name, value in blanks.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def new_page(self) -> Page:
        page = self.ctx.new_page()
        page.on("dialog", lambda d: d.accept())
        self.cdp = self.ctx.new_cdp_session(page)
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": self.throttle})
        return page

    def form(self) -> float:
        """Opens the first person's page; milliseconds from navigation to the first rating that can be tapped."""
        self.page.goto(self.config["url"] + self.config.get("start", ""), wait_until="commit")
        self.page.wait_for_function("window.__b && __b.cold", timeout=60_000)
        return float(self.page.evaluate("__b.cold"))

    def tap(self, selector: str) -> int:
        """Taps the middle of the element; 1 when it had to be scrolled into sight first."""
        page, scrolled = self.page, 0
        element = page.wait_for_selector(selector, state="attached", timeout=30_000)
        assert element is not None
        box = element.bounding_box()
        if box is None or box["y"] < 0 or box["y"] + box["height"] > HAND["viewport"]["height"] + 1:
            element.evaluate("(e) => e.scrollIntoView({block: 'start', behavior: 'instant'})")
            box, scrolled = element.bounding_box(), 1
        assert box is not None, selector
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        return scrolled

    def kill(self) -> None:
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace").split("\0")
                if f"--user-data-dir={self.profile}" in words and not any(w.startswith("--type=") for w in words):
                    os.kill(int(entry), signal.SIGKILL)
        with contextlib.suppress(Exception):
            self.ctx.close()


def summary(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 1), "min": round(min(values), 1), "max": round(max(values), 1),
        "n": len(values),
    }  # fmt: skip


@contextlib.contextmanager
def copied(profile: str):
    """A throw-away copy of a prepared profile, so that every run starts from the same phone."""
    folder = tempfile.mkdtemp(prefix="gemba-bench-")
    try:
        shutil.copytree(profile, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("Singleton*"))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def weight(pw: Playwright, page: Config) -> dict[str, Any]:
    """First visit, online: what the scoring route needs, and only that: JS and CSS fetched before it answers taps.

    The service worker is left out of this visit, for its precache would fetch every lazily loaded part as well.
    """
    folder = tempfile.mkdtemp(prefix="gemba-bench-")
    phone = Phone(pw, page, folder, offline=False, throttle=1)
    got: list[Any] = []
    if prepare := page.get("prepare"):
        phone.page.route("**/sw.js", lambda route: route.abort())
        prepare(phone.page)
        phone.page = phone.new_page()
    phone.page.route("**/sw.js", lambda route: route.abort())
    phone.page.on("response", lambda answer: got.append(answer))
    phone.form()
    bodies = {r.url: (r.headers.get("content-type", ""), r.body()) for r in got if r.ok and r.url.startswith("http")}
    code = {u: b for u, (t, b) in bodies.items() if "javascript" in t or "css" in t}
    phone.ctx.close()
    shutil.rmtree(folder, ignore_errors=True)
    # What index.html names is the route; what is imported later is a part of its own, though it comes soon.
    shell = next(b.decode() for t, b in bodies.values() if "html" in t)
    sizes = {u.rsplit("/", 1)[-1]: round(len(gzip.compress(b, 9)) / 1000, 1) for u, b in code.items()}
    route = {name: size for name, size in sizes.items() if name in shell}
    inline = "".join(re.findall(r"<(?:script|style)>(.*?)</", shell, re.DOTALL)).encode()
    if inline:
        route["in the page"] = sizes["in the page"] = round(len(gzip.compress(inline, 9)) / 1000, 1)
    return {"route_kB": round(sum(route.values()), 1), "all_kB": round(sum(sizes.values()), 1), "files": sizes}


def install(pw: Playwright, page: Config, profile: str) -> None:
    """First visit, online, until the service worker holds the shell and the page its data."""
    phone = Phone(pw, page, profile, offline=False, throttle=1)
    if prepare := page.get("prepare"):
        prepare(phone.page)
    phone.form()
    if not phone.page.evaluate(probe.SHELL_CACHED):
        raise SystemExit("no service worker became active within 15 s: nothing to measure offline")
    phone.page.wait_for_timeout(1500)
    phone.ctx.close()


def facts(pw: Playwright, page: Config, profile: str, axe: Path) -> dict[str, Any]:
    with copied(profile) as folder:
        phone = Phone(pw, page, folder, throttle=1)
        phone.form()
        phone.page.wait_for_timeout(500)
        phone.cdp.send("HeapProfiler.collectGarbage")
        heap = phone.cdp.send("Runtime.getHeapUsage")["usedSize"]
        sizes = phone.page.evaluate(probe.TARGETS)
        box = phone.page.locator(page["first_rating"]).bounding_box()
        assert box is not None
        phone.page.evaluate(axe.read_text("utf-8"))
        out = {
            "heap_MB": round(heap / 1e6, 1),
            "height_px": phone.page.evaluate("document.documentElement.scrollHeight"),
            "rating_px": [round(box["width"], 1), round(box["height"], 1)],
            "smallest": sizes[0] if sizes else None,
            "below_48": [t for t in sizes if min(t["w"], t["h"]) < 47.5],
            "targets": len(sizes),
            "axe": phone.page.evaluate(probe.AXE),
            "speed": phone.page.evaluate(probe.SPEED),
        }
        phone.cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        out["speed_4x"] = phone.page.evaluate(probe.SPEED)
        phone.ctx.close()
    return out


def cold_once(pw: Playwright, page: Config, profile: str, throttle: float) -> float:
    """Browser restarted on a profile that is in use, network off: milliseconds to the first rating that can be tapped."""
    phone = Phone(pw, page, profile, throttle=throttle)
    ms = phone.form()
    phone.ctx.close()
    return ms


def durable(pw: Playwright, page: Config, profile: str, reps: int) -> dict[str, Any]:
    """From the finger leaving the glass to the first storage transaction begun after it being complete."""
    times, how = [], set()
    for _ in range(reps + 1):
        with copied(profile) as folder:
            phone = Phone(pw, page, folder)
            phone.form()
            phone.page.wait_for_timeout(500)
            phone.tap(page["first_rating"])
            phone.page.wait_for_function("__b.commits.some((c) => c.at >= __b.taps.at(-1))", timeout=10_000)
            commit = phone.page.evaluate(
                "(() => { const t = __b.taps.at(-1), c = __b.commits.find((c) => c.at >= t); return {...c, ms: c.done - t}; })()"
            )
            times.append(commit["ms"])
            how.add(commit["how"])
            phone.ctx.close()
    return {"ms": summary(times[1:]), "durability": sorted(how)}


def kills(pw: Playwright, page: Config, profile: str, count: int, delay_ms: int) -> int:
    """SIGKILL some time after a tap, same profile again: how many taps are there?"""
    kept = 0
    for _ in range(count):
        with copied(profile) as folder:
            phone = Phone(pw, page, folder)
            phone.form()
            phone.page.wait_for_timeout(600)
            box = phone.page.locator(page["first_rating"]).bounding_box()
            assert box is not None
            phone.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            time.sleep(delay_ms / 1000)
            phone.kill()
            phone = Phone(pw, page, folder, throttle=1)
            phone.form()
            with contextlib.suppress(Exception):
                phone.page.wait_for_selector(page["checked"], state="attached", timeout=3000)
                kept += 1
            phone.ctx.close()
    return kept
