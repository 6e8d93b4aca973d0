#!/usr/bin/python3
"""What a bare metal server does with an export, over libnbd of the system's own Python:

    nbd_client.py URI hold            stays connected until stdin ends
    nbd_client.py URI write           writes numbered records, each on the disk when it is acknowledged, until stdin ends or it is cut off;
                                      prints how many were acknowledged
    nbd_client.py URI check N         prints how many of the first N records are not there
    nbd_client.py URI size
"""

import select
import sys

import nbd

RECORD = 4096
RECORDS = 2048  # then it begins again


def record(number):
    return number.to_bytes(8, "big") * (RECORD // 8)


def place(number):
    return number % RECORDS * RECORD


def stdin_ended():
    return select.select([sys.stdin], [], [], 0)[0] and not sys.stdin.read(1)


def write(handle):
    number = 0
    print("writing", flush=True)
    try:
        while not stdin_ended():
            handle.pwrite(record(number), place(number), nbd.CMD_FLAG_FUA)
            number += 1
    except nbd.Error as error:
        print(f"cut off: {error.string}", file=sys.stderr)
    print(number)


def missing(handle, n):
    first = max(0, n - RECORDS + 1)  # one may be half written over
    return sum(bytes(handle.pread(RECORD, place(i))) != record(i) for i in range(first, n))


def main(uri, command, *words):
    handle = nbd.NBD()
    handle.set_uri_allow_local_file(True)
    try:
        handle.connect_uri(uri)
    except nbd.Error as error:
        sys.exit(f"refused: {error.string}")
    if command == "hold":
        print("holding", flush=True)
        sys.stdin.read()
    elif command == "write":
        write(handle)
    elif command == "check":
        print(missing(handle, int(words[0])))
    else:
        print(handle.get_size())


main(*sys.argv[1:])
