//! The nasty world: what real accounts have and nobody thinks of.

use serde_json::json;

use super::super::state::{ACTION, BOARD, CARD, LABEL, LIST, MEMBERSHIP};
use super::builder::Builder;
use crate::sim::world::text;

/// Boards with more cards than this have to be read in pieces.
const CARDS_IN_BOARD: usize = 60;
/// Names that are hard to store, show or compare.
const NAMES: &[&str] = &[
    "שלום עולם – مرحبا بالعالم",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈 𝒻𝒶𝓃𝒸𝓎",
    "Cafe\u{301}",
    "Caf\u{e9}",
    "a/b#c:d\\e \"quoted\" 'single' `tick`",
    "two\nlines\tand a tab",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{constructor}} ${jndi:ldap://x} %s %n",
    "=HYPERLINK(\"https://evil.example\")",
    "../../etc/passwd",
    "   spaces around   ",
    "\u{202e}txt.exe",
    "bell \u{7} escape \u{1b}[31m",
    "null",
    "Zürich ẞ İ ﬃ \u{200b}zero width",
];
const FILES: &[&str] =
    &["../../x", "CON", "a\\b", "nul.txt", "dots...", "emoji 😀.png", "quote\".txt", "e\u{301}.txt", "a;b&c=d?e#f.txt"];

pub(super) fn fill(build: &mut Builder) {
    build.state.rules.cards_in_board = CARDS_IN_BOARD;
    let workspace = build.workspace("nasty", "Nästy & Söns <b>");
    let names = build.board(&workspace, "Names / # : \\ \"quotes\"", "org");
    fill_names(build, &names);
    let duplicates = build.board(&workspace, "Duplicates", "org");
    fill_duplicates(build, &duplicates);
    let odd = build.board(&workspace, "Odd cards", "public");
    fill_odd(build, &odd);
    for (name, comments) in [("Exactly a page", 1_000), ("A page and one", 1_001)] {
        let board = build.board(&workspace, name, "org");
        fill_comments(build, &board, comments);
    }
    let many = build.board(&workspace, "Many cards", "org");
    fill_many(build, &many);
    fill_memberships(build, &workspace);
}

fn fill_names(build: &mut Builder, board: &str) {
    let cast = build.cast.clone();
    let list = build.list(board, "list / one\n<b>");
    build.label(board, "", "green");
    build.label(board, "label without colour", "null");
    build.label(board, "שלום", "pink_light");
    for (name, file) in NAMES.iter().zip(FILES.iter().cycle()) {
        let card = build.card(&list, name, json!({"desc": name}));
        build.comment(&cast.ben, &card, name);
        build.upload(&cast.cleo, &card, file, "application/octet-stream", 64);
        build.checklist(&card, name, &["x ../..", "ordinary"]);
    }
    build.card(&list, "", json!({"desc": "A card without a name."}));
    let long = "ä€𝄞 ".repeat(4_096);
    let card = build.card(&list, "Long", json!({"desc": long}));
    build.comment(&cast.ada, &card, &long);
    let text_field = build.field(board, "Text \"field\"", "text", &[]);
    build.change(&format!("/cards/{card}/customFields"), json!({"customFieldItems": [
        {"idCustomField": text_field, "value": {"text": "שלום\n\"quoted\""}},
    ]}));
}

fn fill_duplicates(build: &mut Builder, board: &str) {
    let lists = ["Same", "Same", "Same"].map(|name| build.list(board, name));
    let labels = ["twin", "twin"].map(|name| build.label(board, name, "red"));
    for list in &lists {
        for label in &labels {
            let card = build.card(list, "Same card", json!({"idLabels": [label], "pos": 4_096}));
            build.checklist(&card, "Same", &["same", "same", "x same"]);
            build.checklist(&card, "Same", &["same"]);
        }
    }
    let fields = ["Same field", "Same field"].map(|name| build.field(board, name, "number", &[]));
    let first = build.state.world.of(board, CARD).next().map(|card| text(card, "id").to_owned());
    let card = first.unwrap_or_default();
    let values = fields.map(|field| json!({"idCustomField": field, "value": {"number": "-0.1e3"}}));
    build.change(&format!("/cards/{card}/customFields"), json!({"customFieldItems": values}));
    for _ in 0..2 {
        let ben = build.cast.ben.clone();
        build.comment(&ben, &card, "+1");
        build.upload(&ben, &card, "same.bin", "application/octet-stream", 100);
        build.make(&format!("/cards/{card}/attachments"), json!({"url": "https://same.example"}));
    }
}

fn fill_odd(build: &mut Builder, board: &str) {
    let cast = build.cast.clone();
    build.change(&format!("/boards/{board}"), json!({"prefs/voting": "public", "prefs/comments": "public"}));
    let [open, archived] = ["Open", "Archived list"].map(|name| build.list(board, name));
    let inside = build.card(&archived, "Open card in an archived list", json!({}));
    build.change(&format!("/lists/{archived}"), json!({"closed": true}));
    let gone = build.card(&open, "Archived card", json!({}));
    build.change(&format!("/cards/{gone}"), json!({"closed": true}));
    build.card(&open, "Template", json!({"isTemplate": true}));
    build.card(&open, "---", json!({"cardRole": "separator"}));
    let mirror = build.card(&open, "", json!({"cardRole": "mirror"}));
    build.force(CARD, &mirror, "mirrorSourceId", inside.as_str().into());

    let link = |id: &str| format!("https://trello.com/c/{}", super::super::state::State::short_link(id));
    let linked = build.card(&open, "Links", json!({
        "desc": format!("Before {} and [this]({}/9-x), see https://trello.com/b/XXXXXXXX", link(&inside), link(&gone)),
        "dueReminder": -1, "due": "1999-12-31T23:59:59.999Z", "start": "2030-01-01",
    }));
    build.make(&format!("/cards/{linked}/attachments"), json!({"url": link(&inside), "name": "card"}));
    build.comment(&cast.cleo, &linked, &format!("blocked by {}", link(&mirror)));
    build.ask(&cast.eve, "POST", &format!("/cards/{linked}/membersVoted"), json!({"value": cast.eve}));
    let copied = build.comment(&cast.dan, &linked, "from the original");
    build.force(ACTION, &copied, "type", "copyCommentCard".into());

    let placed = build.card(&open, "Far away", json!({
        "coordinates": "-89.999,179.5", "address": "", "locationName": "South\nPole",
    }));
    let cover = build.upload(&cast.ada, &placed, "cover.png", "image/png", 900);
    build.change(&format!("/cards/{placed}"), json!({"cover": {"idAttachment": cover, "size": "full"}}));
    for z_index in [1, 2] {
        let sticker = json!({"image": "taco-cool", "top": -10.25, "left": 99.5, "zIndex": z_index, "rotate": 359});
        build.make(&format!("/cards/{placed}/stickers"), sticker);
    }
    build.plugin_data(&placed, "56d5e249a98895a9797bebb9", "{\"fields\":{\"x\":\"</script>\"}}");
    let fields = ["checkbox", "date", "number", "text"].map(|kind| build.field(board, kind, kind, &[]));
    let choice = build.field(board, "list", "list", &[("A", "red"), ("A", "red"), ("/", "none")]);
    let mut values: Vec<_> = fields
        .iter()
        .zip([json!({"checked": "true"}), json!({"date": "0001-01-01T00:00:00Z"}), json!({"number": "1e21"}), json!({"text": " "})])
        .map(|(field, value)| json!({"idCustomField": field, "value": value}))
        .collect();
    values.push(json!({"idCustomField": choice, "idValue": build.options(&choice).last()}));
    build.change(&format!("/cards/{placed}/customFields"), json!({"customFieldItems": values}));
    build.make(&format!("/boards/{board}/boardPlugins"), json!({"idPlugin": "56d5e249a98895a9797bebb9"}));
}

fn fill_comments(build: &mut Builder, board: &str, comments: u32) {
    let list = build.list(board, "List");
    let card = build.card(&list, "Much discussed", json!({}));
    let ben = build.cast.ben.clone();
    for n in 0..comments {
        // Ten comments in a second: pages must not be cut by time.
        if n % 10 == 0 {
            build.pass(1);
        }
        build.state.new_comment(&ben, &card, &format!("comment {n}"));
    }
}

fn fill_many(build: &mut Builder, board: &str) {
    let lists = ["One", "Two"].map(|name| build.list(board, name));
    for (n, list) in (0..).zip(lists.iter().cycle()).take(CARDS_IN_BOARD * 3) {
        build.plain_card(list, &format!("Card {n}"), n + 1);
    }
    let done = build.state.world.ids_of(board, CARD).into_iter().step_by(4);
    for card in done.collect::<Vec<_>>() {
        build.change(&format!("/cards/{card}"), json!({"closed": true}));
    }
    for n in 0..60 {
        build.label(board, &format!("label {n}"), "sky");
    }
}

fn fill_memberships(build: &mut Builder, workspace: &str) {
    let cast = build.cast.clone();
    let closed = build.board(workspace, "Closed", "org");
    let list = build.list(&closed, "Was open once");
    build.card(&list, "Forgotten", json!({}));
    build.change(&format!("/boards/{closed}"), json!({"closed": true}));

    let secret = build.state.new_board(&cast.ben, workspace, "Ben's secret");
    let list = build.state.new_list(&secret, "Hidden", &json!(1));
    build.state.new_card(&cast.ben, &list, "Nobody else sees this", &json!(1));

    let watched = build.state.new_board(&cast.ben, workspace, "Ada may only look");
    let list = build.state.new_list(&watched, "Glass", &json!(1));
    build.state.new_card(&cast.ben, &list, "Do not touch", &json!(1));
    build.state.join(&watched, &cast.ada, "observer");

    // Somebody who left: still on a card, in no membership.
    let left = build.state.new_member("fay", "Fay Left");
    let board = build.board(workspace, "After Fay", "private");
    let list = build.list(&board, "Hers");
    let card = build.card(&list, "Fay's card", json!({}));
    build.force(CARD, &card, "idMembers", json!([left]));
    build.comment(&left, &card, "I am leaving.");
    let gil = build.state.new_member("gil", "Gil Deactivated");
    let membership = build.state.join(&board, &gil, "normal");
    build.force(MEMBERSHIP, &membership, "deactivated", true.into());

    let empty = build.board(workspace, "Empty", "org");
    build.force(BOARD, &empty, "descData", json!({"emoji": {}}));
    for kind in [LIST, LABEL] {
        debug_assert_eq!(build.state.world.count_of(&empty, kind), 0, "the empty board is empty");
    }
}
