"""What we change of gunicorn's gevent worker must be what it uses."""

from gunicorn.workers import ggevent  # type: ignore[import-untyped]

from server.foundation.runner import ACCEPTED_AT_ONCE, _Listener


def test_a_listener_takes_several_whatever_gunicorn_asks() -> None:
    assert "StreamServer" in ggevent.GeventWorker.run.__code__.co_names
    listener = _Listener(("127.0.0.1", 0), handle=lambda *_: None)
    listener.max_accept = 1
    assert listener.max_accept == ACCEPTED_AT_ONCE > 1
