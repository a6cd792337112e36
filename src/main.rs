//! The `boardvault` program.

fn main() -> std::process::ExitCode {
    boardvault::cli::main()
}
