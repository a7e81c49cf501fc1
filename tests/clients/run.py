"""Other people's clients against `plangate emulate`: the conformance checks (boto3) and the AWS CLI.

    VENV/bin/python tests/clients/run.py --plangate BINARY --probe usageplan_probe.py

VENV has what tests/requirements.txt names. Exit code 0: all passed; 1: something failed.
"""
import argparse
import subprocess
import sys

import aws_cli
from servers import emulate, environment, stop_on_sigterm

WANTED = "188 passed, 0 failed"


def conformance(probe, endpoint):
    """Whether the conformance checks pass, all of them. What does not is printed."""
    done = subprocess.run([sys.executable, probe, "--endpoint", endpoint], env=environment(),
                          capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    print("\n".join(line for line in lines if line.startswith(("FAIL", "SKIP"))), done.stderr, sep="", end="")
    print(lines[-1] if lines else "the checks said nothing", flush=True)
    return done.returncode == 0 and lines[-1:] == [WANTED]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--plangate", required=True, help="the plangate binary")
    arguments.add_argument("--probe", required=True, help="the conformance checks, usageplan_probe.py")
    given = arguments.parse_args()
    stop_on_sigterm()
    passed = True
    for options in [[], ["--plans", "60"]]:
        print("== conformance:", " ".join(["plangate emulate", *options]), flush=True)
        with emulate(given.plangate, *options) as endpoint:
            passed &= conformance(given.probe, endpoint)
    # The faults' admin path also tells what requests came in.
    options = ["--limits", "none", "--faults"]
    print("== AWS CLI:", " ".join(["plangate emulate", *options]), flush=True)
    with emulate(given.plangate, *options) as endpoint:
        passed &= aws_cli.check(endpoint)
    return 0 if passed else 1


sys.exit(main())
