//! Texts of Trello: links are found at places that are in the text, and rewriting them changes nothing else.

#![no_main]

use boardvault::model::ops;
use boardvault::model::{Blob, Kind, Record, RecordKey};
use boardvault::platforms::trello::PLATFORM;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let dialect = PLATFORM.dialect;
    let links = dialect.text_links(text);
    for link in &links {
        assert_eq!(text.get(link.range.clone()), Some(link.token.as_str()));
    }
    assert!(links.is_sorted_by(|a, b| a.range.end <= b.range.start), "links overlap");
    assert_eq!(ops::rewrite_links(dialect, text, |token| Some(token.to_owned())), text);
    let rewritten = ops::rewrite_links(dialect, text, |_| Some("Aa345678".to_owned()));
    assert_eq!(rewritten.len(), text.len());
    assert!(ops::linked_tokens(dialect, &rewritten).iter().all(|token| token == "Aa345678"));

    let said_by = |name: &str, text: &str| Record {
        key: RecordKey::new("b", Kind::Comment, "c"),
        native: json!({"data": {"text": text}, "memberCreator": {"fullName": name}, "date": name}),
        blob: Blob::None,
    };
    if let Some(line) = dialect.attribution(&said_by(text, "x")) {
        assert!(!line.contains('\n'), "a name broke the line");
        assert_eq!(
            dialect.attribution(&said_by(text, &dialect.attributed(&line, "x"))),
            None,
            "said twice"
        );
    }
});
