//! The tiny world: one workspace, two boards, twelve cards, everything of every kind at least once.

use serde_json::json;

use super::super::state::{ACTION, CARD};
use super::builder::Builder;

pub(super) fn fill(build: &mut Builder) {
    let workspace = build.workspace("acme", "Acme");
    build.change(&format!("/organizations/{workspace}"), json!({
        "desc": "Everything that Acme makes.", "website": "https://acme.example",
    }));
    let roadmap = build.board(&workspace, "Roadmap", "org");
    let garden = build.board(&workspace, "Office garden", "private");
    fill_roadmap(build, &roadmap);
    fill_garden(build, &garden, &roadmap);
}

fn fill_roadmap(build: &mut Builder, board: &str) {
    let cast = build.cast.clone();
    build.change(&format!("/boards/{board}"), json!({
        "desc": "What we do **next**.", "prefs/voting": "members", "prefs/background": "green",
        "labelNames/green": "Ready", "labelNames/red": "Blocked",
    }));
    let doing = build.list(board, "Doing");
    let done = build.list(board, "Done");
    let shelved = build.list(board, "Shelved");
    let [ready, blocked, plain] =
        [("Ready", "green"), ("Blocked", "red"), ("no colour", "null")].map(|(n, c)| build.label(board, n, c));
    let priority = build.field(board, "Priority", "list", &[("High", "red"), ("Low", "blue")]);
    let effort = build.field(board, "Effort", "number", &[]);
    let approved = build.field(board, "Approved", "checkbox", &[]);
    let review = build.field(board, "Review", "date", &[]);
    let owner = build.field(board, "Owner", "text", &[]);

    let login = build.card(&doing, "Fix login", json!({
        "desc": "Users of the old app cannot log in.\n\n- see the log\n- ask Ben", "idLabels": [ready, blocked],
        "idMembers": [cast.ben, cast.cleo], "due": "2026-12-01T12:00:00Z", "start": "2026-11-20",
        "dueReminder": 1440,
    }));
    let high = build.options(&priority).first().cloned().unwrap_or_default();
    build.change(&format!("/cards/{login}/customFields"), json!({"customFieldItems": [
        {"idCustomField": priority, "idValue": high},
        {"idCustomField": effort, "value": {"number": "3.5"}},
        {"idCustomField": approved, "value": {"checked": "true"}},
        {"idCustomField": review, "value": {"date": "2026-12-02T09:00:00Z"}},
        {"idCustomField": owner, "value": {"text": "Ben & Cleo"}},
    ]}));
    build.checklist(&login, "Steps", &["x reproduce", "repair", "tell the users"]);
    build.checklist(&login, "Empty", &[]);
    build.upload(&cast.ben, &login, "trace.log", "text/plain", 2_048);
    build.upload(&cast.cleo, &login, "screen shot.png", "image/png", 300 * 1_024);
    build.comment(&cast.ben, &login, "I can reproduce this on **two** machines.");
    let answer = build.comment(&cast.cleo, &login, "@ben so can I :tada:");
    build.ask(&cast.ben, "POST", &format!("/actions/{answer}/reactions"), json!({"shortName": "thumbsup"}));
    build.ask(&cast.cleo, "POST", &format!("/cards/{login}/membersVoted"), json!({"value": cast.cleo}));

    let release = build.card(&doing, "Release 2.0", json!({
        "idLabels": [plain], "address": "1 Main Street", "locationName": "Head office", "coordinates": "52.5,13.4",
    }));
    build.change(&format!("/cards/{release}"), json!({"cover": {"color": "purple", "brightness": "light"}}));
    build.make(&format!("/cards/{release}/stickers"), json!({"image": "rocketship", "top": 10, "left": 20.5, "zIndex": 1}));
    build.make(&format!("/cards/{release}/attachments"), json!({"url": "https://acme.example/plan", "name": "The plan"}));
    let logo = build.upload(&cast.ada, &release, "logo.png", "image/png", 4_096);
    build.change(&format!("/cards/{release}"), json!({"idAttachmentCover": logo}));

    let template = build.card(&doing, "Template: bug", json!({"isTemplate": true, "desc": "Steps:"}));
    build.card(&doing, "---", json!({"cardRole": "separator"}));
    let copied = build.comment(&cast.ben, &template, "Copied along with the card.");
    build.force(ACTION, &copied, "type", "copyCommentCard".into());

    let shipped = build.card(&done, "Ship the beta", json!({"due": "2026-10-01T08:00:00Z", "dueComplete": true}));
    build.comment(&cast.ada, &shipped, "Shipped.");
    let old = build.card(&done, "Old idea", json!({}));
    build.change(&format!("/cards/{old}"), json!({"closed": true}));
    build.card(&shelved, "Maybe later", json!({}));
    build.change(&format!("/lists/{shelved}"), json!({"closed": true}));

    build.make(&format!("/boards/{board}/boardPlugins"), json!({"idPlugin": "55a5d917446f517774210006"}));
    build.plugin_data(&login, "55a5d917446f517774210006", "{\"age\":3}");
}

fn fill_garden(build: &mut Builder, board: &str, roadmap: &str) {
    let cast = build.cast.clone();
    let plants = build.list(board, "Plants");
    let chores = build.list(board, "Chores");
    let dry = build.label(board, "dry", "orange_dark");
    let ficus = build.card(&plants, "Ficus", json!({"idLabels": [dry]}));
    build.upload(&cast.cleo, &ficus, "ficus.jpg", "image/jpeg", 12_000);
    build.card(&plants, "Cactus", json!({"desc": "Water it never."}));
    let first = build.state.world.of(roadmap, CARD).next().map(|card| card["shortLink"].clone());
    let link = format!("https://trello.com/c/{}", first.as_ref().and_then(|l| l.as_str()).unwrap_or_default());
    let water = build.card(&chores, "Water the plants", json!({"desc": format!("Not before {link} is done.")}));
    build.make(&format!("/cards/{water}/attachments"), json!({"url": link}));
    build.checklist(&water, "Days", &["x Monday", "Thursday"]);
    build.comment(&cast.dan, &water, &format!("See {link}"));
    build.card(&chores, "Buy soil", json!({"due": "2026-11-30"}));
    build.card(&chores, "Sweep", json!({}));
}
