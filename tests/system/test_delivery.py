"""A sink that fails in every way: nothing is lost, blocked or told out of order."""
import collections
import json
import random
import subprocess

import pytest

from daemon import BINARY, PATH, run
from target import Target
from waiting import until

KILLS, KILLS_LONG = 4, 100
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

TROUBLE = ["unavailable", "busy", "later", "moved", "half", "closed", "nonsense", "stalled"]


def is_gone(receipt):
    """Some events the target will never take."""
    return receipt.id.endswith("0")


def well(receipt):
    return "gone" if is_gone(receipt) else "ok"


class Trouble:
    """Every fate now and then, from a seed that a failure tells."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def __call__(self, receipt):
        if is_gone(receipt):
            return "gone"
        weights = [1, 1, .3, .3, 1, 1, .3, .05]
        bad = self.dice.random() < 0.2
        return self.dice.choices(TROUBLE, weights)[0] if bad else "ok"


def http_sink(target, **more):
    return {"name": "crm", "type": "http", "url": target.url,
            "secrets": [{"name": "current", "file": "crm.secret"}],
            "retry": {"initial": "5ms", "max": "100ms"},
            "breaker": {"failures": 10, "probe": "50ms"},
            "timeouts": {"first_byte": "500ms"}, **more}


@pytest.fixture
def start(make_daemon):
    def make(target, **sink):
        made = make_daemon(sinks=[http_sink(target, **sink)])
        (made.folder / "crm.secret").write_text(SECRET + "\n")
        made.start()
        made.config["listeners"][0]["address"] = f"127.0.0.1:{made.port()}"
        return made

    return make


class Load:
    """`send` in the background: lives of messages, so that each key has several events."""

    def __init__(self, daemon, count):
        self.ids = daemon.folder / "ids.txt"
        self.output = open(daemon.folder / "send.log", "wb")
        self.process = subprocess.Popen(
            [BINARY, "send", "--url", f"http://127.0.0.1:{daemon.port()}{PATH}",
             "--secret-file", daemon.folder / "connectly.secret", "--count", str(count),
             "--connections", "8", "--scenario", "life", "--keep-going", "--retry-for", "60",
             "--ids", self.ids],
            stdout=self.output, stderr=self.output)

    def answered(self):
        return self.ids.read_text().split() if self.ids.exists() else []

    def wait_for(self, more):
        wanted = len(self.answered()) + more
        until(lambda: self.process.poll() is not None or len(self.answered()) >= wanted,
              f"{more} more answers", deadline=120)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.output.close()


def sink_status(daemon):
    return json.loads(daemon.get("/v1/sinks")[1])["items"][0]


def dead_letters(daemon):
    found, after = [], ""
    while True:
        page = json.loads(daemon.get(f"/v1/dead-letters?limit=100{after}")[1])
        found += page["items"]
        if not page["next"]:
            return found
        after = f"&after={page['next']}"


def expect_order(receipts):
    """Within a key, no event is seen for the first time before an earlier one."""
    newest, known = {}, set()
    for r in receipts:
        if r.id in known:
            continue
        known.add(r.id)
        assert r.sequence > newest.get(r.key, 0), f"{r.key}: {r.sequence} after {newest[r.key]}"
        newest[r.key] = r.sequence


def test_everything_is_delivered_in_order_or_a_dead_letter_over_kill_9(start, long, capsys):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    dice = random.Random(seed)
    targets = [Target(Trouble(seed))]
    daemon = start(targets[0])
    load = Load(daemon, 100_000_000)
    try:
        for kill in range(KILLS_LONG if long else KILLS):
            load.wait_for(dice.randint(100, 600))
            daemon.kill()
            if kill % 4 == 1:  # the target dies too, and comes back
                targets[-1].die()
                daemon.start()
                load.wait_for(50)
                targets.append(Target(Trouble(seed + kill), targets[-1].port))
            else:
                daemon.start()
        load.wait_for(200)
    finally:
        load.stop()
    targets[-1].decide = well
    until(lambda: sink_status(daemon)["lag_events"] == 0, "everything to be delivered", 180)

    receipts = [r for target in targets for r in target.seen()]
    letters = dead_letters(daemon)
    daemon.stop()
    expect_order(receipts)
    taken = collections.Counter(r.id for r in receipts if r.fate == "ok")
    dead = {letter["event"]["id"]: letter for letter in letters}
    assert {letter["reason"] for letter in letters} <= {"gone"}
    answered = set(load.answered())
    lost = answered - taken.keys() - dead.keys()
    assert not lost, f"{len(lost)} of {len(answered)} lost: {sorted(lost)[:3]}"
    assert not taken.keys() & dead.keys()
    repeats = sum(taken.values()) - len(taken)
    with capsys.disabled():
        print(f" [{len(answered)} accepted, {len(receipts)} attempts, {repeats} repeats,"
              f" {len(dead)} dead letters]", end="")


def test_a_target_that_is_away_is_caught_up_with_in_order(start, long):
    target = Target(well)
    daemon = start(target)
    target.die()
    load = Load(daemon, 20_000 if long else 3_000)
    load.process.wait(timeout=120)
    assert load.process.returncode == 0
    assert sink_status(daemon)["lag_events"] > 0
    back = Target(lambda receipt: "ok", target.port)
    until(lambda: sink_status(daemon)["lag_events"] == 0, "the backlog to be delivered", 120)
    receipts = [r for r in back.seen() if r.fate == "ok"]
    assert {r.id for r in receipts} >= set(load.answered())
    expect_order(receipts)


def test_dead_letters_are_listed_and_retried_from_the_command_line(start):
    target = Target(lambda receipt: "gone")
    daemon = start(target)
    load = Load(daemon, 12)
    load.process.wait(timeout=60)
    until(lambda: len(dead_letters(daemon)) == 12, "12 dead letters")
    assert sink_status(daemon)["lag_events"] == 0

    target.decide = lambda receipt: "ok"
    done = run("dead-letters", "retry", "--all", "--admin", f"127.0.0.1:{daemon.admin_port}")
    assert done.returncode == 0, done.stderr
    until(lambda: not dead_letters(daemon), "the dead letters to be gone")
    assert {r.id for r in target.seen() if r.fate == "ok"} == set(load.answered())
