//! What people type: a path, or a snapshot with or without a path. A path that is shown and typed again is the
//! same path.

#![no_main]

use boardvault::snapshot::path::{Segment, SelectionPath, escape};
use boardvault::snapshot::spec::{SnapshotSpec, Which};
use jiff::tz::{TimeZone, offset};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<SelectionPath>() {
        assert_eq!(shown(&path).parse().as_ref(), Ok(&path));
    }
    if !text.is_empty() {
        let name: SelectionPath = escape(text).parse().unwrap();
        assert_eq!(name.segments, [Segment::Name(text.to_owned())]);
    }
    if let Ok(spec) = text.parse::<SnapshotSpec>() {
        assert!(spec.path.as_ref().is_none_or(|path| text.ends_with(&format!(":{path}"))));
        if let Which::At { time, .. } = spec.which {
            for zone in [TimeZone::UTC, TimeZone::fixed(offset(14)), TimeZone::fixed(offset(-12))] {
                time.end_ms(&zone);
            }
        }
    }
});

fn shown(path: &SelectionPath) -> String {
    let segments: Vec<String> = path.segments.iter().map(ToString::to_string).collect();
    let field = path.field.as_ref().map(|field| format!("#{}", escape(field))).unwrap_or_default();
    segments.join("/") + &field
}
