"""The ceiling: Flask, gunicorn and psycopg with nothing between them. No rights, no validation, no merge.

One statement takes a whole batch: each document is kept when its sender had seen the newest revision,
with a copy for the history; a cursor of transaction numbers misses nothing. A measure, not a product.
"""

import os
import threading
import zlib
from typing import Any

import orjson
import psycopg
from flask import Flask, Response, request

DSN = os.environ["LEAN_DSN"]
TABLES = """
CREATE TABLE IF NOT EXISTS doc (id uuid PRIMARY KEY, owner uuid NOT NULL, rev int NOT NULL, tx xid8 NOT NULL, body jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS doc_tx ON doc (tx, id);
CREATE INDEX IF NOT EXISTS doc_owner ON doc (owner, tx, id);
CREATE TABLE IF NOT EXISTS doc_history (id uuid NOT NULL, rev int NOT NULL, at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL);
"""
PUSH = """
WITH given AS (SELECT base, body FROM jsonb_to_recordset(%s::jsonb) AS x(base int, body jsonb)),
kept AS (
  INSERT INTO doc AS d (id, owner, rev, tx, body)
  SELECT (body->>'id')::uuid, (body->>'evaluator_id')::uuid, base + 1, pg_current_xact_id(), body FROM given ORDER BY 1
  ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, tx = excluded.tx, body = excluded.body WHERE d.rev = excluded.rev - 1
  RETURNING id, rev, body)
INSERT INTO doc_history (id, rev, body) SELECT id, rev, body FROM kept RETURNING id::text, rev
"""
PULL = """
SELECT tx::text, id::text, rev, body::text FROM doc
WHERE (tx, id) > (%s::xid8, %s::uuid) AND tx < pg_snapshot_xmin(pg_current_snapshot()) {own}
ORDER BY tx, id LIMIT 1000
"""
FIRST = "0_00000000-0000-0000-0000-000000000000"

with psycopg.connect(DSN) as made:
    made.execute("SELECT pg_advisory_xact_lock(1)")
    made.execute(TABLES)  # type: ignore[arg-type]

app = Flask(__name__)
_of_thread = threading.local()


def _run(query: str, values: tuple[Any, ...]) -> list[Any]:
    if not hasattr(_of_thread, "connection"):
        _of_thread.connection = psycopg.connect(DSN, autocommit=True)
    return _of_thread.connection.execute(query, values).fetchall()  # type: ignore[no-any-return]


@app.post("/push")
def push() -> Response:
    rows = _run(PUSH, (request.get_data().decode(),))
    return Response(orjson.dumps(dict(rows)), content_type="application/json")


@app.get("/pull")
def pull() -> Response:
    tx, _, last = request.args.get("since", FIRST).partition("_")
    owner = request.args.get("owner")
    values = (tx, last, owner) if owner else (tx, last)
    rows = _run(PULL.format(own="AND owner = %s::uuid" if owner else ""), values)
    cursor = f"{rows[-1][0]}_{rows[-1][1]}" if rows else f"{tx}_{last}"
    docs = ",".join(f'{{"rev":{row[2]},"doc":{row[3]}}}' for row in rows)
    body = f'{{"docs":[{docs}],"cursor":"{cursor}"}}'.encode()
    answer = Response(body, content_type="application/json")
    if len(body) > 1000 and "gzip" in request.headers.get("Accept-Encoding", ""):
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        answer.set_data(packer.compress(body) + packer.flush())
        answer.headers["Content-Encoding"] = "gzip"
    return answer
