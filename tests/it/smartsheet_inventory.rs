//! What Smartsheet only shows: proofs, update requests, reports, dashboards and profiles are kept with all that there
//! is about them, cost nothing while they stay as they are, and are named when they are lost.

use boardvault::app::connections;
use boardvault::app::export::{self, Formats};
use boardvault::app::outline::Node;
use boardvault::app::showing::{self, Shown};
use boardvault::model::{Blob, Kind, Record};
use boardvault::plan::types::Mode;
use boardvault::platforms::connector::Purpose;
use boardvault::snapshot::manifest::Status;
use serde_json::{Value, json};

use crate::common::compare::{self, Side};
use crate::common::scene::Scene;
use crate::common::{CONNECTION, Desk, FULL, USUAL};

async fn tiny() -> Scene {
    Scene::before(Desk::on("smartsheet", "tiny", 1).await).await
}

/// The things for information of this type.
fn of_type<'s>(side: &'s Side, kind: &str) -> Vec<&'s Record> {
    let inventory = side.values().filter(|record| record.key.kind == Kind::Inventory);
    inventory.filter(|record| record.native["resourceType"] == kind).collect()
}

/// The requests of the last backup for what no list tells.
async fn asked_for_details(desk: &Desk) -> Vec<String> {
    let is_detail = |path: &str| {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).skip(1).collect();
        matches!(parts.as_slice(), ["reports" | "sights", _, ..])
            || matches!(parts.as_slice(), ["users", id] if *id != "me")
    };
    desk.world.log().await.into_iter().map(|call| call.path).filter(|path| is_detail(path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_kept_with_its_files_what_was_said_and_who_approved_it() {
    let scene = tiny().await;
    let proof = of_type(&scene.wanted, "proof")[0];
    assert_eq!(proof.native["requestActions"][0]["actionStatus"], "APPROVED");
    assert_eq!(proof.native["versions"].as_array().unwrap().len(), 2);
    let discussion = of_type(&scene.wanted, "proof discussion")[0];
    assert_eq!(discussion.native["comments"][0]["text"], "The date is too small.");
    let files = of_type(&scene.wanted, "proof file");
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| matches!(file.blob, Blob::Stored(_))), "{files:#?}");
    let folder = tempfile::tempdir().unwrap();
    let formats = Formats { json: false, csv: false, html: true, attachments: true };
    let done =
        export::export(scene.desk.app(), &scene.path("Acme/Launch plan"), folder.path(), formats).unwrap();
    for name in ["poster", "larger"] {
        assert!(done.files.iter().any(|file| file.to_str().unwrap().contains(name)), "{:?}", done.files);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn update_requests_are_kept_and_those_that_were_sent() {
    let scene = tiny().await;
    let request = of_type(&scene.wanted, "update request")[0];
    assert_eq!(request.native["rowIds"].as_array().unwrap().len(), 1, "the list does not tell them");
    let sent = of_type(&scene.wanted, "sent update request")[0];
    assert_eq!(sent.native["updateRequestId"], json!(request.key.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_as_before_is_asked_for_once_and_again_by_a_full_backup() {
    let desk = Desk::on("smartsheet", "tiny", 1).await;
    desk.world.forget_log().await;
    let first = desk.backup(USUAL).await;
    // One report, one dashboard, and the account's five people.
    let details = asked_for_details(&desk).await;
    assert_eq!(details.len(), 3 + 1 + 5, "{details:#?}");
    let before = compare::side(desk.app(), first.id);

    desk.world.forget_log().await;
    let second = desk.backup(USUAL).await;
    assert_eq!(asked_for_details(&desk).await, [""; 0]);
    assert_eq!(compare::side(desk.app(), second.id), before);
    let overlooked = second.overlooked.unwrap();
    assert_eq!((overlooked.snapshot, overlooked.backups), (first.id, 1));

    desk.world.forget_log().await;
    desk.plan(&first.id.to_string(), Mode::Merge, &[]).await;
    assert_eq!(asked_for_details(&desk).await, [""; 0], "a plan needs them as little");

    desk.world.forget_log().await;
    let full = desk.backup(FULL).await;
    assert_eq!(asked_for_details(&desk).await.len(), details.len());
    assert_eq!(compare::side(desk.app(), full.id), before);
    assert_eq!((first.overlooked, full.overlooked), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_made_an_admin_has_their_profile_read_anew() {
    let desk = Desk::on("smartsheet", "tiny", 1).await;
    desk.backup(USUAL).await;
    let ben = desk.world.state().await["user"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["email"] == "ben@acme.example")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.ask("PUT", &format!("/users/{ben}"), json!({"groupAdmin": true})).await;
    desk.world.forget_log().await;
    desk.backup(USUAL).await;
    assert_eq!(asked_for_details(&desk).await, [format!("/2.0/users/{ben}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_the_account_asks_for_no_details() {
    let desk = Desk::on("smartsheet", "tiny", 1).await;
    desk.world.forget_log().await;
    connections::check(desk.app(), CONNECTION, Purpose::Restore).await.unwrap();
    assert_eq!(asked_for_details(&desk).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_are_for_system_admins_and_nobody_else_misses_them() {
    let profiles = |side: &Side| -> Vec<Value> {
        side.values().filter_map(|record| record.native.get("profile").cloned()).collect()
    };
    let scene = tiny().await;
    let told = profiles(&scene.wanted);
    assert_eq!(told.len(), 5);
    let ben = told.iter().find(|profile| profile["company"] == "Acme").unwrap();
    assert_eq!(ben["alternateEmails"][0]["email"], "ben@else.example");
    assert_eq!(ben["profileImage"]["imageId"], "u!1!Bj4Y2kqR");
    let member = Scene::before(Desk::with("smartsheet", Some("licensed member"), "tiny", 1).await).await;
    assert_eq!(profiles(&member.wanted), Vec::<Value>::new());
    assert_eq!(member.before.manifest.status, Status::Complete, "{:?}", member.before.manifest.missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loss_of_a_proof_and_of_all_that_hangs_on_it_is_named() {
    let scene = tiny().await;
    let sheet = scene.container("Launch plan");
    scene.desk.ask("DELETE", &format!("/sheets/{sheet}"), Value::Null).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await.plan;
    let lost: Vec<&str> = plan
        .losses
        .iter()
        .filter(|loss| loss.key.kind == Kind::Inventory && loss.field.is_none())
        .map(|loss| loss.path.last().unwrap().as_str())
        .collect();
    for name in ["Print posters", "poster.png", "larger date.txt", "The date is too small.", "Please update"]
    {
        assert!(lost.contains(&name), "{name} in {lost:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_dashboards_and_proofs_are_told_in_words() {
    let scene = tiny().await;
    let shown = |path: &str| match showing::show(scene.desk.app(), &scene.path(path)).unwrap() {
        Shown::Things(nodes) => nodes,
        Shown::Snapshot { .. } => panic!("{path} leads to something in the snapshot"),
    };
    let said = |nodes: &[Node], title: &str, label: &str| {
        let mut open: Vec<&Node> = nodes.iter().collect();
        while let Some(node) = open.pop() {
            if node.title == title
                && let Some(said) = node.fields.iter().find(|said| said.label() == label)
            {
                return said.text.clone();
            }
            open.extend(&node.children);
        }
        panic!("nothing is said of the {label} of {title}")
    };
    let acme = shown("Acme");
    assert_eq!(said(&acme, "Open tasks", "scope"), "Launch plan, sheet");
    assert_eq!(said(&acme, "Open tasks", "columns"), "Task");
    assert!(said(&acme, "Open tasks", "definition").contains("Status not equal Done"));
    assert_eq!(said(&acme, "Overview", "widgets"), "Overview");
    let sheet = shown("Acme/Launch plan");
    let approved = "Ben Okafor (ben@acme.example): approved, Cleo Martín (cleo@acme.example): pending";
    assert_eq!(said(&sheet, "Print posters", "request actions"), approved);
    assert_eq!(said(&sheet, "Please update", "send to"), "ben@acme.example");
    assert!(said(&shown("Sheets"), "Ben Okafor", "profile company").contains("Acme"));
}
