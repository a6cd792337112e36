//! The command line: arguments in, text out. One file per command; each calls one use case.

mod args;
mod commands;
mod connection_args;
mod contrast;
mod documents;
mod exit;
mod keeping_args;
mod key_args;
mod secrets;
mod table;
mod ui;
mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tokio::sync::watch;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use args::{Cli, reference};
use ui::Ui;

/// Runs the program with the process's own arguments and environment.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    logging(&cli.global);
    let ui = Ui::new(cli.global.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return exit::failed(&ui, &crate::app::error::Error::failed(format!("cannot start: {error}")));
        }
    };
    let outcome = runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            signalled().await;
            // Nobody listening means that the command has already ended.
            let _ = stop.send(true);
        });
        commands::run(cli, &ui, stopped).await
    });
    // A download that hangs must not hold the process up after the command has come to its clean end.
    runtime.shutdown_background();
    match outcome {
        Ok(done) => done.into(),
        Err(error) => exit::failed(&ui, &error),
    }
}

async fn signalled() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut stream) => drop(stream.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

fn logging(global: &args::Global) {
    let level = match global.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    // Other crates' logs may hold what ours redact (whole requests), so only our own are let through.
    let filter = tracing_subscriber::filter::Targets::new().with_target("boardvault", level);
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second subscriber can only exist in tests, where the first one serves as well.
    let _ = if global.log_json {
        registry.with(layer.json()).try_init()
    } else {
        registry.with(layer).try_init()
    };
}
