//! The engine over the corpus that is also given to restic, rustic and borg, one operation a process, so that
//! time and memory can be measured from outside. `compare.py` beside this file runs all of them and prints ratios;
//! `docs/benchmarks.md` says how.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench that cannot go on must stop where it stands"
)]
#![expect(clippy::print_stdout, reason = "it reports to the script that runs it")]

mod corpus;
mod operations;

use std::path::Path;

const USAGE: &str =
    "peers backup|diff|export|verify|verify-data|open|point VAULT [SOURCE | OUT files|boards]";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["backup", vault, source] => operations::backup(Path::new(vault), Path::new(source)),
        ["diff", vault] => operations::diff(Path::new(vault)),
        ["export", vault, out, layout] => operations::export(Path::new(vault), Path::new(out), layout),
        ["verify", vault] => operations::verify(Path::new(vault), false),
        ["verify-data", vault] => operations::verify(Path::new(vault), true),
        ["open", vault] => operations::open_only(Path::new(vault)),
        ["point", vault] => operations::point_reads(Path::new(vault)),
        // What `cargo bench -- --test` asks of every bench.
        ["--test"] | [] => operations::try_all(),
        _ => println!("usage: {USAGE}"),
    }
}
