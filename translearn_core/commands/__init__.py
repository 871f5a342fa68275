"""The commands of the command line, one file each: its options, what it asks the engine, its answer in words.

`options` holds what several commands take, `experiment` makes a configuration of it, `asking` has the engine
work on it, `saying` says the answer, `refusals` what cannot be. `translearn_core.cli` lists the commands and
makes one program of them.
"""
