"""What a browser asks for before it offers to install the app is really there, in the size that the manifest says."""

import json
import struct
from urllib.request import urlopen


def test_every_picture_that_the_manifest_names_is_served_in_its_size(house):
    with urlopen(f"{house.url}/manifest.webmanifest") as answer:
        manifest = json.load(answer)
    named = manifest["icons"] + manifest["screenshots"] + [i for each in manifest["shortcuts"] for i in each["icons"]]
    assert len(named) > 6, "icons, screenshots, shortcuts"
    wrong = []
    for picture in named:
        with urlopen(f"{house.url}/{picture['src']}") as answer:
            kind, body = answer.headers["Content-Type"], answer.read()
        if picture.get("type", kind) != kind:
            wrong.append(f"{picture['src']} is served as {kind}")
        if kind == "image/png" and picture["sizes"] != "{}x{}".format(*struct.unpack(">II", body[16:24])):
            wrong.append(f"{picture['src']} is not {picture['sizes']}")
    assert not wrong, wrong
