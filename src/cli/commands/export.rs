//! `export`.

use crate::app::context::App;
use crate::app::error::Error;
use crate::app::export::{self, Formats};
use crate::cli::args::{Export, FormatArg};
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, bytes, counted, plain, yellow};
use crate::cli::words::things;
use crate::model::Kind;

pub(super) fn run(app: &App, ui: &Ui, args: &Export) -> Result<Done, Error> {
    let formats = Formats {
        json: args.format.contains(&FormatArg::Json),
        csv: args.format.contains(&FormatArg::Csv),
        html: args.format.contains(&FormatArg::Html),
        attachments: !args.no_attachments,
    };
    let done = export::export(app, &args.snapshot, &args.out, formats)?;
    let mut lines = vec![format!(
        "Wrote {} of {} into {} ({}).",
        counted(done.files.len() as u64, "file", "files"),
        things(&done.platform, Kind::Container, done.containers),
        args.out.display(),
        bytes(done.bytes),
    )];
    lines.extend(
        done.missing
            .iter()
            .map(|missing| format!("  {} not in the snapshot: {}", yellow("!"), plain(missing))),
    );
    ui.result(&document(&done), &lines.join("\n"));
    Ok(if done.missing.is_empty() { Done::Complete } else { Done::Incomplete })
}
