//! `backup`.

use serde_json::json;

use crate::app::backup::{self, Options, Report};
use crate::app::context::App;
use crate::app::downloads::Attachments;
use crate::app::error::Error;
use crate::app::overlooked::Overlooked;
use crate::app::snapshots::{self, Held};
use crate::cli::args::Backup;
use crate::cli::documents::described;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, bold, bytes, counted, dim, flowing, green, local, plain, wrapped, yellow};
use crate::cli::words::things;
use crate::model::Kind;
use crate::snapshot::Changes;
use crate::snapshot::manifest::{Manifest, Status};

pub(super) async fn run(app: &App, ui: &Ui, args: &Backup) -> Result<Done, Error> {
    let attachments = match (args.no_attachments, args.max_attachment) {
        (true, _) => Attachments::None,
        (false, Some(limit)) => Attachments::UpTo(limit),
        (false, None) => Attachments::All,
    };
    let report = backup::backup(app, &args.connection, Options { attachments, full: args.full }, ui).await?;
    let value = json!({
        "id": report.id, "manifest": described(&report.manifest),
        "read": report.read, "unchanged": report.unchanged, "changes": report.changes,
        "overlooked": report.overlooked,
    });
    ui.result(&value, &text(app, &report));
    Ok(match report.manifest.status {
        Status::Complete => Done::Complete,
        Status::Partial => Done::Incomplete,
    })
}

pub(super) fn text(app: &App, report: &Report) -> String {
    let manifest = &report.manifest;
    let read = things(&manifest.platform, Kind::Container, report.read);
    let mut lines = vec![format!(
        "Snapshot {} of {}: {}",
        bold(&report.id.short()),
        manifest.connection,
        status(manifest)
    )];
    if manifest.parent.is_some() {
        let Changes { added, changed, removed } = report.changes;
        let full = if manifest.full_pass { " (full pass)" } else { "" };
        lines.push(format!("  {read} read, {} unchanged since the last backup{full}", report.unchanged));
        lines.extend(report.overlooked.iter().flat_map(|told| overlooked(told, &manifest.connection)));
        lines.push(format!("  {added} added, {changed} changed, {removed} removed since the last backup"));
    } else {
        lines.push(format!("  {read} read, for the first time"));
    }
    lines.extend(holds(app, manifest));
    lines.push(format!("  {}", cost(manifest)));
    lines.extend(troubles(manifest));
    lines.join("\n")
}

/// What may have changed unseen, since when, and what finds it.
pub(super) fn overlooked(overlooked: &Overlooked, connection: &str) -> Vec<String> {
    let told = format!(
        "What can change without the platform telling ({}) was last read everywhere on {}, {} ago; \
         `boardvault backup {connection} --full` reads it again.",
        overlooked.what.join(", "),
        local(overlooked.since),
        counted(overlooked.backups, "backup", "backups"),
    );
    flowing(&told, 88).into_iter().map(|line| dim(&format!("    {line}"))).collect()
}

/// COMPLETE or PARTIAL, and what was left out on purpose.
pub(super) fn status(manifest: &Manifest) -> String {
    let left_out = manifest.left_out.attachments;
    let by_choice = if left_out == 0 {
        String::new()
    } else {
        format!(
            ", except {} left out by choice ({})",
            counted(left_out, "attachment", "attachments"),
            bytes(manifest.left_out.bytes)
        )
    };
    match manifest.status {
        Status::Complete => format!("{}{by_choice}", green("COMPLETE")),
        Status::Partial => format!(
            "{}, {} missing{by_choice}",
            yellow("PARTIAL"),
            counted(manifest.missing.len() as u64, "thing", "things")
        ),
    }
}

/// What the snapshot holds, in the words of its platform, on as many lines as it takes.
pub(super) fn holds(app: &App, manifest: &Manifest) -> Vec<String> {
    let one = |held: Held| {
        let things = counted(held.count, held.noun, held.plural);
        match held.kind {
            Kind::Attachment => format!("{things} ({})", bytes(manifest.bytes.blobs_plain)),
            _ => things,
        }
    };
    let lines = wrapped(snapshots::held(app, manifest).into_iter().map(one), 88);
    let begin = |at| if at == 0 { "  holds " } else { "        " };
    lines.into_iter().enumerate().map(|(at, line)| format!("{}{line}", begin(at))).collect()
}

/// What taking it has cost.
pub(super) fn cost(manifest: &Manifest) -> String {
    let usage = &manifest.usage;
    let retries =
        if usage.retries == 0 { String::new() } else { format!(" ({} of them repeated)", usage.retries) };
    let waited = if usage.waited_ms < 100 {
        String::new()
    } else {
        format!(
            ", {}.{} s of it waiting for the rate limit",
            usage.waited_ms / 1000,
            usage.waited_ms % 1000 / 100
        )
    };
    let took = manifest.finished_at.saturating_sub(manifest.started_at).unsigned_abs();
    format!(
        "{} and {}{retries}, {} received, {} new in the vault, {}.{} s{waited}",
        counted(usage.requests, "request", "requests"),
        counted(usage.downloads, "download", "downloads"),
        bytes(usage.bytes_in),
        bytes(manifest.bytes.stored),
        took / 1000,
        took % 1000 / 100,
    )
}

/// What is missing, and what is no longer there.
pub(super) fn troubles(manifest: &Manifest) -> Vec<String> {
    let missing = manifest.missing.iter().map(|missing| {
        format!("  {} missing: {}: {}", yellow("!"), plain(&missing.what), plain(&missing.why))
    });
    let vanished = manifest.vanished.iter().map(|name| {
        format!(
            "  {} no longer visible: {} (deleted, or the account lost access; earlier snapshots hold it)",
            yellow("!"),
            plain(name)
        )
    });
    missing.chain(vanished).collect()
}
