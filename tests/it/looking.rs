//! What `show` and `export` tell of accounts that have more than containers, sections and cards.

use std::collections::BTreeMap;

use boardvault::app::export::{self, Formats};
use boardvault::app::grid::Grid;
use boardvault::app::outline::Node;
use boardvault::app::showing::{self, Shown};
use boardvault::app::snapshots;
use boardvault::model::Kind;
use boardvault::model::told::Told;

use crate::common::Desk;
use crate::common::scene::Scene;

async fn scene(platform: &str) -> Scene {
    Scene::before(Desk::on(platform, "tiny", 1).await).await
}

fn shown(scene: &Scene, path: &str) -> Vec<Node> {
    match showing::show(scene.desk.app(), &scene.path(path)).unwrap() {
        Shown::Things(nodes) => nodes,
        Shown::Snapshot { .. } => panic!("{path} leads to something in the snapshot"),
    }
}

fn titles(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().map(|node| node.title.as_str()).collect()
}

/// The names of the exported files, with their content as far as it is text.
fn exported(scene: &Scene, path: Option<&str>) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let what = path.map_or_else(|| scene.snapshot(), |path| scene.path(path));
    let formats = Formats { json: true, csv: true, html: true, attachments: true };
    let done = export::export(scene.desk.app(), &what, folder.path(), formats).unwrap();
    let read = |file: &std::path::PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(folder.path().join(file)).unwrap()).into_owned();
        (file.to_str().unwrap().to_owned(), text)
    };
    done.files.iter().map(read).collect()
}

/// The one file whose name begins and ends like this.
#[track_caller]
fn file<'f>(files: &'f BTreeMap<String, String>, start: &str, end: &str) -> &'f str {
    let fits = |name: &&String| name.starts_with(start) && name.ends_with(end);
    let found: Vec<&String> = files.keys().filter(fits).collect();
    assert_eq!(found.len(), 1, "{start}…{end} among {:?}", files.keys());
    &files[found[0]]
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_nobody_writes_have_their_values() {
    let scene = scene("smartsheet").await;
    let sheet = &shown(&scene, "Acme/Launch plan")[0];
    let grid = Grid::of(sheet).unwrap();
    let cell = |column: &str| {
        let at = grid.columns.iter().position(|name| *name == column).unwrap();
        grid.rows[0].cells[at].clone()
    };
    assert_eq!([cell("Task"), cell("Number"), cell("Made by")], ["Prepare", "L-001", "Ben Okafor"]);
    assert!(cell("Made").starts_with("20") && cell("Changed").starts_with("20"));
    let files = exported(&scene, Some("Acme/Launch plan"));
    for end in [".csv", ".html"] {
        assert!(file(&files, "Launch_plan", end).contains("L-001"), "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_tell_what_is_done_when_it_is_due_and_whose_it_is() {
    let scene = scene("asana").await;
    let section = &shown(&scene, "Acme/Roadmap/Doing")[0];
    let told: Vec<_> = section
        .of_kind(Kind::Item)
        .map(|task| {
            (task.title.as_str(), [Told::Done, Told::Due, Told::Assignee].map(|told| task.told(told)))
        })
        .collect();
    assert_eq!(told[1], ("Fix login", [Some("no"), Some("2026-12-01"), Some("Ben Okafor")]));
    assert_eq!(told[2].1[0], Some("yes"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_what_lies_elsewhere_are_told_by_name() {
    let scene = scene("smartsheet").await;
    let sheet = &shown(&scene, "Acme/Launch plan")[0];
    let reference = sheet.of_kind(Kind::ContainerLink).next().unwrap();
    let told: Vec<&str> = reference.fields.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(told, ["Budget", "Amount", "Amount"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_groups_and_folders_are_shown_with_the_workspace_and_by_name() {
    let asana = scene("asana").await;
    assert!(titles(&shown(&asana, "Acme")).contains(&"Product"));
    let team = shown(&asana, "Acme/Product");
    assert!(team[0].of_kind(Kind::GroupMember).any(|member| member.title == "Ada Byron"), "{team:?}");
    let smartsheet = scene("smartsheet").await;
    let crew = shown(&smartsheet, "Crew");
    assert_eq!((crew.len(), crew[0].record.key.kind), (1, Kind::Group));
    let planning = shown(&smartsheet, "Acme/Planning");
    assert_eq!(titles(&planning), ["Planning", "Budget"]);
    assert_eq!(titles(&planning[0].children), ["Archive"], "a folder stands below the one that it lies in");
    assert!(showing::show(smartsheet.desk.app(), &smartsheet.path("Nobody")).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_tell_what_they_lie_in() {
    let scene = scene("smartsheet").await;
    let workspace = shown(&scene, "Acme");
    let is_folder = |node: &&Node| node.record.key.kind == Kind::Folder;
    let folders: Vec<&Node> = workspace.iter().filter(is_folder).collect();
    assert_eq!(folders.iter().map(|node| node.title.as_str()).collect::<Vec<_>>(), ["Planning"]);
    let archive = &folders[0].children[0];
    let told: Vec<&str> = archive.fields.iter().map(|said| said.text.as_str()).collect();
    assert_eq!((archive.title.as_str(), told), ("Archive", vec!["Acme", "Planning"]));
    let files = exported(&scene, None);
    let lines = file(&files, "folders", ".csv");
    for line in [",Planning,Archive,", ",Acme,Planning,"] {
        assert!(lines.contains(line), "{line}: {lines}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_an_account_are_no_shares_of_a_workspace() {
    let scene = scene("smartsheet").await;
    let manifest = &scene.before.manifest;
    let told = |word: &str| {
        let held = snapshots::held(scene.desk.app(), manifest);
        held.iter().find(|held| held.plural == word).map_or(0, |held| held.count)
    };
    let all = manifest.counts[&Kind::WorkspaceMember];
    assert_eq!((told("users"), told("workspace shares")), (5, all - 5));
    let files = exported(&scene, None);
    assert!(file(&files, "users", ".csv").contains("ben@acme.example"));
    assert!(!file(&files, "workspace_shares", ".csv").contains("licensed sheet creator"));
    let home = shown(&scene, "Sheets");
    assert!(home[0].of_kind(Kind::WorkspaceMember).all(|user| user.noun() == "user"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_people_teams_and_inventory_as_well() {
    let scene = scene("asana").await;
    let files = exported(&scene, None);
    for (name, content) in [
        ("workspace_members.csv", "Ben Okafor"),
        ("workspace_members.json", "Ben Okafor"),
        ("teams.csv", "Product"),
        ("team_members.csv", ",Product,"),
        ("inventory_entries.csv", "Everything"),
        ("accounts.json", "Ada Byron"),
    ] {
        assert!(file(&files, name, "").contains(content), "{name}");
    }
    let kept: u64 = scene.before.manifest.counts.values().sum();
    let json = files.iter().filter(|(name, _)| name.contains(".json"));
    let records = json.map(|(_, text)| {
        serde_json::from_str::<serde_json::Value>(text).unwrap()["records"].as_array().unwrap().len() as u64
    });
    assert_eq!(records.sum::<u64>(), kept, "every record is in one of the files");
    let of_one = exported(&scene, Some("Acme/Roadmap"));
    assert!(of_one.keys().all(|name| name.starts_with("Roadmap")), "{:?}", of_one.keys());
}

#[tokio::test(flavor = "multi_thread")]
async fn rich_texts_have_no_tags_and_comments_stand_once() {
    let scene = scene("asana").await;
    let files = exported(&scene, None);
    let (page, table) = (file(&files, "Roadmap", ".html"), file(&files, "Roadmap", ".csv"));
    for text in [page, table] {
        assert!(!text.contains("&#60;body") && !text.contains("<body>U"), "{text}");
        assert!(text.contains("- see the log\n- ask Ben"), "{text}");
    }
    assert_eq!(page.matches("I can reproduce this on two machines.").count(), 1);
    let garden = file(&files, "Office_garden", ".csv");
    assert!(garden.contains(",task of another project,Fix login,"), "{garden}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_of_a_cell_keeps_its_name() {
    let files = exported(&scene("smartsheet").await, Some("Acme/Launch plan"));
    let image = |name: &&String| name.contains(".attachments/logo-") && name.contains(".png");
    assert_eq!(files.keys().filter(image).count(), 1, "{:?}", files.keys());
}
