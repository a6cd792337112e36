//! Use cases: the only thing that the command line (and later the console) calls.
