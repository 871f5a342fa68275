"""Commands of the command line, one module each.

`options` has shared options, `experiment` builds a configuration of them, `client` submits jobs to the
engine, `output` prints results, `errors` explains failures. `cli` lists the commands.
"""
