//! The typical world: two workspaces, six boards, some 400 cards, some 80 uploads.

use serde_json::json;

use super::builder::Builder;

const VERBS: &[&str] = &["Write", "Check", "Plan", "Repair", "Send", "Order", "Translate", "Measure", "Call about"];
const THINGS: &[&str] =
    &["the invoice", "the landing page", "the pump", "the contract", "release notes", "the backup", "tickets", "the map"];
const WORDS: &[&str] = &["Agreed.", "Waiting for an answer.", "Done in part.", "Who can take this?", "See the file."];
const COLOURS: &[&str] = &["green", "yellow", "orange", "red", "purple", "blue"];
/// Cards on one board.
const CARDS: usize = 67;

pub(super) fn fill(build: &mut Builder) {
    let product = build.workspace("northwind", "Northwind product");
    let office = build.workspace("northwind_office", "Northwind office");
    for (workspace, name, level) in [
        (&product, "Roadmap", "org"),
        (&product, "Sprint", "org"),
        (&product, "Bugs", "public"),
        (&office, "Hiring", "private"),
        (&office, "Purchasing", "org"),
        (&office, "Events", "org"),
    ] {
        let board = build.board(workspace, name, level);
        fill_board(build, &board);
    }
}

fn fill_board(build: &mut Builder, board: &str) {
    let cast = build.cast.clone();
    let lists = ["Inbox", "Next", "Doing", "Waiting", "Done"].map(|name| build.list(board, name));
    let labels: Vec<String> =
        COLOURS.iter().map(|colour| build.label(board, &format!("{colour} things"), colour)).collect();
    let priority = build.field(board, "Priority", "list", &[("High", "red"), ("Middle", "yellow"), ("Low", "blue")]);
    let hours = build.field(board, "Hours", "number", &[]);
    let options = build.options(&priority);
    for number in 0..CARDS {
        build.pass(600);
        let [verb, thing] = [VERBS, THINGS].map(|words| build.random.choice(words).copied().unwrap_or_default());
        let list = build.random.choice(&lists).cloned().unwrap_or_default();
        let label = build.random.choice(&labels).cloned().unwrap_or_default();
        let member = build.random.choice([&cast.ada, &cast.ben, &cast.cleo]).cloned().unwrap_or_default();
        let day = build.random.u8(1..29);
        let card = build.card(&list, &format!("{verb} {thing} ({number})"), json!({
            "desc": format!("{verb} {thing} as we said.\n\n1. look\n2. do"), "idLabels": [label],
            "idMembers": [member], "due": (number % 3 == 0).then(|| format!("2026-12-{day:02}T10:00:00.000Z")),
        }));
        let option = build.random.choice(&options).cloned().unwrap_or_default();
        let half_hours = f64::from(build.random.u8(1..40)) / 2.0;
        build.change(&format!("/cards/{card}/customFields"), json!({"customFieldItems": [
            {"idCustomField": priority, "idValue": option},
            {"idCustomField": hours, "value": {"number": half_hours.to_string()}},
        ]}));
        for _ in 0..build.random.usize(0..4) {
            let words = build.random.choice(WORDS).copied().unwrap_or_default();
            build.comment(&member, &card, words);
        }
        if number % 5 == 0 {
            let len = build.random.usize(500..40_000);
            build.upload(&member, &card, &format!("file {number}.bin"), "application/octet-stream", len);
        }
        if number % 4 == 0 {
            build.checklist(&card, "Steps", &["x look", "do", "tell"]);
        }
        if number % 11 == 0 {
            build.change(&format!("/cards/{card}"), json!({"closed": true}));
        }
    }
}
