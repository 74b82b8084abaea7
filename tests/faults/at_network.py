"""Faults of the network between phone and server; `proxy.py` makes them."""

from tests.faults.scenario import scenario
from tests.faults.world import World

BELIEVED, SHORT = 80, 30


def _through(run: World, *fates: str) -> None:
    """Let phones work in this weather until so many edits are acknowledged."""
    with run.acting():
        run.proxy.become(fates)
        run.acknowledged(SHORT if run.short else BELIEVED)
        run.until(f"each of {fates} was met", lambda: all(run.proxy.drawn[fate] for fate in fates))


@scenario(15, databases=("sqlite",), phone_bug="never_halves", seeds=2)
def slow(run: World) -> None:
    """100 ms for each 800 bytes, in both directions; a phone with a week's work halves what it sends."""
    run.phones = run.phones[:1]
    with run.acting():
        run.proxy.become(["ok"])
    phone = run.phones[0]
    phone.timeout_s = 1.5
    for _ in range(100):
        phone.comment_somebody(200)
    run.proxy.become(["slow"])
    run.drain(["slow"])


@scenario(16, bug="no_dedupe", seeds=5, short=("sqlite",), gentle=True)
def cut_and_lost(run: World) -> None:
    """Request or answer cut at any byte; the answer lost after the commit."""
    _through(run, "ok", "lost", "cut_request", "cut_answer", "lost")


@scenario(17, bug="no_dedupe", seeds=5, short=("sqlite",), gentle=True)
def doubled_and_late(run: World) -> None:
    """Requests that arrive twice, and others that arrive after everything else."""
    with run.acting():
        run.proxy.become(["ok", "double", "late"])
        run.acknowledged(SHORT if run.short else BELIEVED)
        run.until("some are held back", lambda: run.proxy.drawn["late"] > 3)
        run.proxy.become(["ok", "double"])
        run.acknowledged(20)
        assert run.proxy.deliver_late() > 0
        run.acknowledged(20)


@scenario(18, databases=("sqlite",), phone_bug="drops_on_silence", seeds=5)
def refused_hanging_flapping(run: World) -> None:
    """Nobody there, somebody who never answers, and both in turn."""
    with run.acting():
        for _ in range(3):
            for phone in run.phones:
                phone.timeout_s = 1
            run.proxy.become(["refuse", "hang"])
            run.attempted(12)
            run.proxy.become(["ok"])
            for phone in run.phones:
                phone.timeout_s = 15
            run.hurt()
            run.acknowledged(10)


@scenario(19, databases=("sqlite",), phone_bug="believes_any_200", seeds=5, short=("sqlite",), gentle=True)
def captive_portal(run: World) -> None:
    """200 and a page: no receipt."""
    _through(run, "ok", "captive", "captive")


@scenario(20, databases=("sqlite",), phone_bug="drops_on_refusal", seeds=5)
def pages_of_a_reverse_proxy(run: World) -> None:
    """413, 429, 502 and 504 with a page: nothing is deleted."""
    with run.acting():
        for page in (413, 429, 502, 504, 404):
            run.proxy.page = page
            run.proxy.become(["ok", "status", "status"])
            before = run.statuses[page]
            run.until(f"{page} was met", lambda page=page, before=before: run.statuses[page] > before + 4)  # type: ignore[misc]
        run.acknowledged(20)
