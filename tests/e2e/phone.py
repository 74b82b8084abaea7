"""One person's browser: an own Chromium profile, an own network, killable by process id, restartable on the same profile."""

import contextlib
import os
import re
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, Playwright, expect

from tests.e2e.weather import Weather

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHROMIUM = "/usr/bin/chromium"
SMALL = {"width": 320, "height": 640}
HAND = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
TOLD = ("Content Security Policy", "svelte.dev/e/")
"""What a page says of itself on the console that is an error of ours."""
PATIENCE_MS = 20_000
ROOT = Path(__file__).resolve().parent.parent.parent
SHOTS = ROOT / "docs/screenshots"
# What the browser shows before somebody installs the app: the manifest names these files.
INSTALL_SHOTS = {"score-zh-light": "score", "team-zh-light": "team", "board-done-zh-light": "board"}


@dataclass(frozen=True)
class Begun:
    """How far a story has come: what lies in the house and in the browser, and the way on which they met.

    The way goes with them: the browser keeps everything under an origin, and the port is part of it.
    """

    house: Path
    profile: Path
    weather: Weather


class Phone:
    """A browser with a profile of its own. Every uncaught error of its pages is kept in `errors`."""

    def __init__(
        self, playwright: Playwright, folder: Path, server_port: int, *,
        locale: str = "zh-CN", size: dict[str, int] = HAND, scheme: Any = "light", begun: Begun | None = None,
    ) -> None:  # fmt: skip
        self.playwright = playwright
        self.profile = folder
        if begun is not None:
            shutil.copytree(begun.profile, folder, symlinks=True)
        self.begun = begun
        self.weather = Weather(server_port) if begun is None else begun.weather.towards(server_port)
        self.locale, self.size, self.scheme = locale, size, scheme
        self.offline = False
        self.errors: list[str] = []
        self.context: BrowserContext
        self.page: Page
        self.start()

    # ---- the machine ----------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.weather.port}/"

    def start(self) -> None:
        """Starts the browser on the profile; the network stays as it was left."""
        hand = self.size["width"] < 900
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=FLAGS, locale=self.locale, viewport=self.size,  # type: ignore[arg-type]
            color_scheme=self.scheme, has_touch=hand, is_mobile=hand, device_scale_factor=2 if hand else 1,
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.set_offline(self.offline)
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{error} {error.stack}"))
        page.on("console", lambda m: self.errors.append(m.text) if any(one in m.text for one in TOLD) else None)
        return page

    def cdp(self) -> CDPSession:
        return self.context.new_cdp_session(self.page)

    def kill(self) -> None:
        """SIGKILL to this profile's browser process, found by its own folder and by nothing else."""
        mine = f"--user-data-dir={self.profile}"
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace").split("\0")
                if mine in words and not any(w.startswith("--type=") for w in words):
                    os.kill(int(entry), signal.SIGKILL)
        with contextlib.suppress(Exception):
            self.context.close()

    def restart_cold(self) -> None:
        """Kills the browser and opens the app again on the same profile, with the network as it is."""
        self.kill()
        self.start()
        self.open()

    def pocket(self) -> None:
        """Closes the browser as a person does and opens it again.

        Chromium writes a new cookie to the disk within 30 s or on closing: a browser killed sooner has lost the login.
        """
        self.context.close()
        self.start()
        self.open()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.context.close()
        if self.begun is None:
            self.weather.close()
        else:
            self.weather.become("refuse")

    # ---- the network ----------------------------------------------------------------------------

    def network_off(self) -> None:
        """Off twice: the browser says so, and the wire really refuses."""
        self.offline = True
        self.weather.become("refuse")
        self.context.set_offline(True)

    def network_on(self) -> None:
        self.offline = False
        self.weather.become("clear")
        self.context.set_offline(False)

    # ---- where she is ---------------------------------------------------------------------------

    def open(self, where: str = "") -> None:
        """Opens the app at a route such as '#/team'; a running app only changes its route."""
        if where and self.page.url.startswith(self.url):
            self.page.evaluate("(hash) => { location.hash = hash }", where)
        else:
            self.page.goto(self.url + where, wait_until="commit")

    def ready(self, what: str) -> str:
        """Waits until the screen answers taps; `what` is the beginning of html[data-ready]. Returns the whole value."""
        self.page.wait_for_selector(f'html[data-ready^="{what}"]', state="attached")
        return self.page.get_attribute("html", "data-ready") or ""

    def see(self, selector: str) -> Locator:
        found = self.page.locator(selector).first
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def wait(self, js: str, arg: Any = None, timeout: float = PATIENCE_MS) -> Any:
        return self.page.wait_for_function(js, arg=arg, timeout=timeout)

    def text(self, selector: str) -> str:
        return re.sub(r"\s+", " ", self.page.locator(selector).first.inner_text()).strip()

    # ---- what lies on this phone ----------------------------------------------------------------

    def storage(self) -> dict[str, Any]:
        """Every IndexedDB database with every store and value, as JSON; opened where it opens without a person."""
        return dict(self.page.evaluate(READ_STORAGE))

    def queued(self) -> int:
        """Mutations that wait in the outboxes of this phone."""
        return sum(len(rows) for db in self.storage().values() for store, rows in db.items() if store == "outbox")

    # ---- pictures -------------------------------------------------------------------------------

    def shot(self, name: str) -> None:
        """A picture for the documents, only when GEMBA_SHOTS=1."""
        if os.environ.get("GEMBA_SHOTS") == "1":
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.page.wait_for_timeout(300)  # the sheet's slide of 220 ms; nothing is asserted on it
            picture = self.page.screenshot(path=SHOTS / f"{name}.png")
            if name in INSTALL_SHOTS:
                (ROOT / "pwa/public/screenshots" / f"{INSTALL_SHOTS[name]}.png").write_bytes(picture)


READ_STORAGE = """async () => {
  const plain = (value) => JSON.parse(JSON.stringify(value, (_, v) => v instanceof Map ? [...v] : v instanceof Set ? [...v] : v ?? null));
  const wait = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error) });
  // Opening a database that is only being made, or has gone since it was listed, would make an empty one in its place.
  const there = (name) => new Promise((ok, no) => {
    const opening = indexedDB.open(name);
    let fresh = false;
    opening.onupgradeneeded = () => { fresh = true; opening.transaction.abort() };
    opening.onsuccess = () => ok(opening.result);
    opening.onerror = () => fresh ? ok(null) : no(opening.error);
  });
  const gcm = (iv, place) => ({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(place) });
  const all = (db, store) => {
    const at = db.transaction(store).objectStore(store);
    return Promise.all([wait(at.getAllKeys()), wait(at.getAll())]);
  };
  const keyOf = async (name, bare) => bare && crypto.subtle.unwrapKey('raw', bare.ct, bare.by, gcm(bare.iv, `${name}|key|bare`), 'AES-GCM', false, ['decrypt']);
  const open = async (key, place, sealed) => !key || !sealed?.ct ? sealed
    : JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(gcm(sealed.iv, place), key, sealed.ct)));
  const out = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await there(name);
    if (!db) continue;
    const [metaKeys, metas] = await all(db, 'meta');
    const key = await keyOf(name, metas[metaKeys.indexOf('key')]?.bare);
    out[name] = { meta: plain(await Promise.all(metas.map((value, i) => open(key, `${name}|meta|${metaKeys[i]}`, value)))) };
    for (const store of db.objectStoreNames) {
      if (store === 'meta') continue;
      const [, rows] = await all(db, store);
      out[name][store] = plain(await Promise.all(rows.map(async (row) => !row.sealed ? row
        : { ...row, sealed: await open(key, store === 'rows' ? `${name}|rows|${row.kind}|${row.id}` : `${name}|edit|${row.n}`, row.sealed) })));
    }
    db.close();
  }
  return out;
}"""


def within(seconds: float, what: str, check: Any) -> Any:
    """Polls until `check()` is truthy and returns it; fails with `what` in words."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)
