"""Clients that wait by asking for Status, as BOSH's cloud provider and Ansible's modules do: In_use, Detaching, Available. Any
other word ends them with an error. Their seconds are the cloud's, of a clock that stands until they sleep."""

import pytest

from test_faults import add, clear
from test_story_v1 import Acs

EVERY, TIMEOUT = 5, 300  # as BOSH's cloud provider has it


class Unexpected(Exception):
    pass


class Waiter:
    """Asks, acts by what it finds, sleeps. What it saw is kept: the words, each with the seconds it lasted."""

    def __init__(self, server):
        self.server, self.acs, self.seen = server, Acs(server, "GET", False), []

    def look(self, disk):
        found = self.acs.disk(disk)
        assert found, "the disk is missing"
        if not self.seen or self.seen[-1][0] != found[0]:
            self.seen.append([found[0], 0])
        return found[0]

    def change(self, disk, goal, act_on, act, passing):
        """Until the status is `goal`; at `act_on` it acts once and again, and besides `passing` nothing may be seen."""
        left = TIMEOUT
        while left >= 0:
            status = self.look(disk)
            if status == goal:
                return
            if status == act_on:
                act()
            elif status != passing:
                raise Unexpected(status)
            self.server.advance(EVERY)
            self.seen[-1][1] += EVERY
            left -= EVERY
        raise TimeoutError(f"change disk {disk} to {goal} timeout")

    def attach(self, disk, instance):
        self.change(disk, "In_use", "Available", lambda: self.acs.AttachDisk(DiskId=disk, InstanceId=instance), "Attaching")

    def detach(self, disk, instance):
        self.change(disk, "Available", "In_use", lambda: self.acs.DetachDisk(DiskId=disk, InstanceId=instance), "Detaching")


@pytest.fixture
def waiter(make_server):
    waiter = Waiter(make_server(clock="manual", pace="real"))
    waiter.instance, waiter.disk = waiter.acs.run(), waiter.acs.create()
    waiter.server.advance(60)
    return waiter


@pytest.fixture
def attached(waiter):
    waiter.attach(waiter.disk, waiter.instance)
    waiter.seen.clear()
    return waiter


def detach_jobs(server, disk):
    jobs = server.control("GET", f"/_cleat/jobs?limit=1000&disk={disk}")["jobs"]
    return [job["state"] for job in reversed(jobs) if job["kind"] == "detach"]


def test_attach_and_detach_show_three_words_each(waiter):
    waiter.attach(waiter.disk, waiter.instance)
    # The word right after the call's reply is Attaching: the first sleep begins at Available.
    assert waiter.seen == [["Available", EVERY], ["Attaching", 5], ["In_use", 0]]
    waiter.seen.clear()
    waiter.detach(waiter.disk, waiter.instance)
    assert waiter.seen == [["In_use", EVERY], ["Detaching", 55], ["Available", 0]]
    assert detach_jobs(waiter.server, waiter.disk) == ["done"]


def test_waiter_that_asks_at_every_moment_sees_no_other_word(attached):
    """Second by second, in the reply to the call's next question too."""
    server, seen = attached.server, [attached.look(attached.disk)]
    attached.acs.DetachDisk(DiskId=attached.disk, InstanceId=attached.instance)
    while seen[-1] != "Available":
        seen.append(attached.look(attached.disk))
        server.advance(1)
        assert len(seen) < 100
    assert seen == ["In_use"] + ["Detaching"] * 60 + ["Available"]


@pytest.mark.parametrize("already", [False, True], ids=["before", "after"])
def test_waiter_that_starts_again_finds_the_work_under_way_or_done(attached, already):
    """It was killed after its call, and is called again: it detaches nothing twice."""
    attached.acs.DetachDisk(DiskId=attached.disk, InstanceId=attached.instance)
    attached.server.advance(61 if already else 30)
    attached.seen.clear()
    attached.detach(attached.disk, attached.instance)
    assert attached.seen == ([["Available", 0]] if already else [["Detaching", 30], ["Available", 0]])
    assert detach_jobs(attached.server, attached.disk) == ["done"]


def test_detach_that_fails_is_seen_as_in_use_and_tried_again(attached):
    add_to(attached, effect="job-fails", reason="no backend")
    attached.detach(attached.disk, attached.instance)
    assert [word for word, _ in attached.seen] == ["In_use", "Detaching", "In_use", "Detaching", "Available"]
    assert detach_jobs(attached.server, attached.disk) == ["failed", "done"]


def test_detach_that_never_ends_is_detaching_until_the_waiter_gives_up(attached):
    add_to(attached, effect="job-never-ends")
    with pytest.raises(TimeoutError):
        attached.detach(attached.disk, attached.instance)
    assert attached.seen == [["In_use", EVERY], ["Detaching", TIMEOUT]]
    clear(attached)
    attached.server.advance(60)
    attached.seen.clear()
    attached.detach(attached.disk, attached.instance)
    assert attached.seen == [["Available", 0]]


@pytest.mark.parametrize("change", ["stop", "reboot"])
def test_instance_that_stops_or_reboots_meanwhile_shows_no_other_word(attached, change):
    def detach_and_change():
        attached.acs.DetachDisk(DiskId=attached.disk, InstanceId=attached.instance)
        attached.acs.call({"stop": "StopInstance", "reboot": "RebootInstance"}[change], InstanceId=attached.instance)

    attached.change(attached.disk, "Available", "In_use", detach_and_change, "Detaching")
    assert [word for word, _ in attached.seen] == ["In_use", "Detaching", "Available"]


@pytest.mark.parametrize("guest, words", [
    ({"never_answers": True}, ["In_use", "Detaching"]), ({"mounted": "/data"}, ["In_use", "Detaching", "Available"])])
def test_guest_that_holds_the_disk_shows_no_other_word(attached, guest, words):
    """One that never answers keeps it Detaching; a mount alone, unless the account asks for safety, keeps nothing."""
    def tell(**what):
        attached.server.control("POST", "/_cleat/guest", {"disk": attached.disk, "instance": attached.instance, **what})

    tell(**guest)
    if "never_answers" in guest:
        with pytest.raises(TimeoutError):
            attached.detach(attached.disk, attached.instance)
        assert [word for word, _ in attached.seen] == words
        tell(never_answers=False)
        attached.server.advance(60)
    attached.detach(attached.disk, attached.instance)
    assert [word for word, _ in attached.seen] == ["In_use", "Detaching", "Available"]


def test_word_that_a_waiter_does_not_know_ends_it(waiter):
    """What it would do if it met another word: so that the tests above can fail."""
    disk = waiter.acs.create()
    with pytest.raises(Unexpected, match="Creating"):
        waiter.detach(disk, waiter.instance)


def add_to(waiter, **fault):
    add(waiter, "DetachDisk", **fault)
