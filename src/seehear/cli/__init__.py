"""The command line: one file per command, each with `configure(parser)` and `run(args) -> int`.

The placeholder of an option says what it takes, in the same word in every command:

- `N` a number; `P` a number from 0 to 1, such as a probability or a score; any other unit by its
  name: `SECONDS`, `HOURS`, `MB`, `SEGMENTS`, `STEPS`, `LEVELS`;
- `FILE`, `FOLDER`, or `PATH` for either; `URL` for an address on the network;
- what a command wrote or reads: `DATASET`, `FEATURES`, `LABELS`, `LIBRARY`, `RUN`, `MODEL`,
  `TIMELINE`;
- `NAME` where the option says what is named (`--split NAME`), else the kind of the thing named
  (`--tune SPLIT`): `SPLIT`, `SET`, `ID`, `PART`, `FORMAT`, `HOST`;
- `WORD` for a class and `WORDS` for several, `LIST` for anything else with commas, `TEXT` for what
  is taken as it is;
- `NAME=VALUE` and the like for a value of a certain form.

`tests/cli/test_options.py` holds every option to it.
"""
