"""Waiting for something with a deadline: never a plain sleep, never for ever."""
import time

# Generous: under a sanitizer on a busy machine things take their time. A good run never waits
# anywhere near so long.
DEADLINE = 30.0


def until(condition, what, deadline=DEADLINE):
    """Calls `condition` until it returns something true, and returns that."""
    end = time.monotonic() + deadline
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline:g} s for {what}")
        time.sleep(0.01)
