"""Keystroke-Level Model: the least human time to score a team, from counted taps and swipes.

    python klm.py                                   # the flows measured on 2026-11-24
    python klm.py --taps 7 --swipes 0 --thoughts 7 --response 0.1   # your own page, per person

Operators in seconds. TAP: index finger on a touch screen, movement included, mean 0.567 (SD 0.190), n=18
(Applied Ergonomics 2016, 10.1016/j.apergo.2016.06.004; single-finger slides there were slower than 0.765). SWIPE: 0.9, the
upper part of that study. THINK: 1.2, Kieras 2001 (1.35 in Card, Moran and Newell 1983). KEY: 0.41, one
finger on a phone, 29 words per minute (Palin et al. 2019, 37,370 people; both thumbs 38). GLOVE: times 1.09, thick
against thin protective gloves (text entry). RESPONSE: on the measured
engines (team run minus that of the hand-written page) / 12 + 0.2.
KLM is for a practised person who makes no mistake and already knows the verdict: a floor, not a forecast.
"""

import argparse

TAP, SWIPE, THINK, KEY, GLOVE, TEAM = 0.567, 0.9, 1.2, 0.41, 1.09, 12
# per person: taps, swipes, thoughts (one per decision), typed keys, waiting for the machine (s)
FLOWS = {
    "hands only, nothing to decide (7 taps, one screen)": (7, 0, 0, 0, 0.1),
    "ideal: one screen, next person comes by itself": (7, 0, 7, 0, 0.1),
    "hand-written page, 1,091 px high": (7, 1, 7, 0, 0.2),
    "Form.io in a list of 12": (8, 1, 8, 0, 0.6),
    "SurveyJS in a list of 12": (8, 2.2, 8, 0, 1.2),
    "Enketo core in a list of 12": (8, 3, 8, 0, 0.6),
    "ODK Web Forms in a list of 12": (8, 4, 8, 0, 3.0),
    "Enketo as shipped: person from a pulldown, 'saved' dialog": (10, 3, 9, 0, 0.6),
    "the same, and the comment typed (10 characters, 30 keys)": (9, 3, 9, 30, 0.6),
    "five pages, assumed: 4 taps, 2 swipes, 30 keys, 5 s load each": (20, 10, 20, 150, 25),
}


def seconds(taps, swipes, thoughts, keys, response, glove=False):
    motor = taps * TAP + swipes * SWIPE + keys * KEY
    return motor * (GLOVE if glove else 1), thoughts * THINK, response


def line(name, flow):
    motor, think, wait = seconds(*flow)
    one = motor + think + wait
    gloved = sum(seconds(*flow, glove=True))
    return f"{name:62s} {motor:6.1f} {think:6.1f} {one:7.1f} {one * TEAM / 60:7.1f} {gloved * TEAM / 60:7.1f}"


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for n, t in (("taps", float), ("swipes", float), ("thoughts", float), ("keys", float), ("response", float)):
        ap.add_argument(f"--{n}", type=t, default=0)
    a = ap.parse_args()
    print(f"{'flow':62s} {'hand s':>6s} {'head s':>6s} {'person':>7s} {'12 min':>7s} {'gloves':>7s}")
    for name, flow in ({"your page": (a.taps, a.swipes, a.thoughts, a.keys, a.response)} if a.taps else FLOWS).items():
        print(line(name, flow))
