"""The command `dedup`, also as `python -m dedup`: quiet when it is interrupted while it loads.

Loading takes a tenth of a second, in which `dedup.cli` cannot yet catch anything; so this
module imports nothing before it can.
"""

# New objects after which Python looks for rubbish: three times as many as loading makes. Nearly
# all of these live to the end, and looking through them at each 700 took a sixth of the start.
NEW_OBJECTS = 100_000


def main() -> int:
    """Load the command and run it; returns the exit code."""
    try:
        import gc

        gc.set_threshold(NEW_OBJECTS)
        from dedup.cli import main as run

        code = run()
        # Nothing is looked through once more when the process ends.
        gc.freeze()
        return code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
