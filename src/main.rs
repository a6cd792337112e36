//! The `boardvault` program.

fn main() {}
