"""Several people, or one with a quick finger, at the very same moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What each of the threads got, or the exception that it met."""
    gate = Barrier(count)
    answers: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            gate.wait()
            answers[number] = act(number)
        except Exception as trouble:  # each thread's own outcome is what is tested
            answers[number] = trouble
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
