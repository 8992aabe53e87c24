"""The border: what is counted, and faults on request; pure, so it runs everywhere."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.live.call_count import Boundary, ComError, counted, crossing, failing


@crossing(("drive",), free=("colour",))
class Car:
    def __init__(self) -> None:
        self.boundary = Boundary()
        self.impl = self  # as an xlwings front object has it
        self._speed = 0
        self.colour = "red"

    @property
    def speed(self) -> int:
        return self._speed

    @speed.setter
    def speed(self, speed: int) -> None:
        self._speed = speed

    def drive(self) -> int:
        self.speed = self.speed + 1
        return self.speed

    def __len__(self) -> int:
        return self.drive()

    @property
    def api(self) -> SimpleNamespace:
        return SimpleNamespace()


def test_a_call_from_outside_counts_once_whatever_it_does_inside() -> None:
    car = Car()
    with counted(car) as calls:
        car.drive()
        len(car)
        assert car.speed == 2
        car.speed = 0
    assert calls == {"Car.drive": 1, "Car.__len__": 1, "Car.speed": 1, "Car.speed=": 1}
    assert calls.total() == 4


def test_a_handle_is_free_and_nothing_counts_outside_of_the_block() -> None:
    car = Car()
    with counted(car) as calls:
        assert car.api is not None
        assert car.colour == "red"
    car.drive()
    assert calls.total() == 0


def test_two_counters_count_alike() -> None:
    car = Car()
    with counted(car) as outer:
        car.drive()
        with counted(car) as inner:
            car.drive()
    assert (outer.total(), inner.total()) == (2, 1)


def test_the_second_write_fails_and_changes_nothing() -> None:
    car = Car()
    with failing(car, after=2) as fault:
        car.drive()
        assert not fault.happened
        with pytest.raises(ComError, match=r"\(-2147352567, 'Exception occurred\.'"):
            car.speed = 10
        assert fault.happened
        assert car.speed == 1  # reading is no write
        car.drive()
    assert (car.speed, fault.writes) == (2, 3)


def test_a_fault_can_last() -> None:
    car = Car()
    with failing(car, after=1, times=2):
        for _ in range(2):
            with pytest.raises(ComError):
                car.drive()
        car.drive()
    assert car.speed == 1


def test_after_a_fault_inside_calls_are_counted_again() -> None:
    car = Car()
    with failing(car, after=1), pytest.raises(ComError):
        car.drive()
    with counted(car) as calls:
        car.drive()
    assert calls.total() == 1
