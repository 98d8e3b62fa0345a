"""The command `dedup`, also as `python -m dedup`: quiet when it is interrupted while it loads.

Loading takes a quarter of a second, in which `dedup.cli` cannot yet catch anything; so this
module imports nothing before it can.
"""


def main() -> int:
    """Load the command and run it; returns the exit code."""
    try:
        from dedup.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
