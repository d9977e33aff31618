"""`python -m seehear` is `seehear`."""

from seehear.cli.main import entry

if __name__ == "__main__":
    entry()
