"""Holds every request that the program makes against the vendors' specifications.

Usage: contract FOLDER      FOLDER holds the specifications. Needs BOARDVAULT_BIN.
"""

import collections
import re
import sys
from concurrent.futures import ThreadPoolExecutor

from deviations import DEVIATIONS
from platforms import PLATFORMS
from round import ROUNDS, asked


def faults(platform, line):
    """The faults of all requests that a line of the log stands for; nothing for what is no request to the API."""
    for request in platform.requests(line):
        operation = platform.specification.operation(request["method"], request["path"])
        if operation is None:
            yield f"{request['method']} {request['path']}: is not in the specification"
        else:
            yield from (f"{operation.name}: {fault}" for fault in platform.faults(operation, request))


def judge(name, folder, rounds):
    """Prints what is wrong with a platform's requests; gives whether nothing is."""
    platform = PLATFORMS[name](folder)
    found, count, wrong = collections.Counter(), 0, []
    for log, unknown in rounds:
        count += len(log)
        wrong += [f"the sandbox does not understand {parameter}" for parameter in unknown]
        found.update(fault for line in log for fault in faults(platform, line))
    known = [line for lines in DEVIATIONS[name].values() for line in lines]
    patterns = {line: re.compile(re.escape(line).replace(r"\*", ".*") + "$") for line in known}
    wrong += [fault for fault in found if not any(pattern.match(fault) for pattern in patterns.values())]
    wrong += [
        f"no longer needed among the deviations: {line}"
        for line, pattern in patterns.items() if not any(map(pattern.match, found))
    ]
    for line in sorted(set(wrong)):
        print(f"{name}: {line}", file=sys.stderr)
    if not wrong:
        print(f"{count} requests of the {name} connector fit the specification, but for {len(known)} known deviations")
    return not wrong


def main(folder):
    rounds = [(name, *one) for name in PLATFORMS for one in ROUNDS]
    # Most of the time is waiting for the quotas of the platforms.
    with ThreadPoolExecutor(len(rounds)) as pool:
        done = list(pool.map(lambda one: asked(*one), rounds))
    logs = {name: [log for (platform, *_), log in zip(rounds, done) if platform == name] for name in PLATFORMS}
    if not all([judge(name, folder, logs[name]) for name in PLATFORMS]):
        sys.exit(1)


main(*sys.argv[1:])
