use serde_json::json;

use super::*;
use crate::model::Kind;

fn task(gid: &str, memberships: &[(&str, &str)]) -> Value {
    let memberships: Vec<Value> = memberships
        .iter()
        .map(|(project, section)| json!({"project": {"gid": project}, "section": {"gid": section}}))
        .collect();
    json!({"gid": gid, "memberships": memberships, "parent": null})
}

fn under(mut task: Value, parent: &str, projects: &[&str]) -> Value {
    let memberships: Vec<Value> = projects.iter().map(|project| json!({"project": {"gid": project}})).collect();
    task["parent"] = json!({"gid": parent, "memberships": memberships});
    task
}

/// The records of a tree in project 20, as `kind id` with parent or section.
fn records(tree: Tree) -> Vec<String> {
    let mut splitter = Splitter::new("20".into());
    tree.into_records(vec![json!({"gid": "s1"}), json!({"gid": "s2"})], &mut splitter);
    let told = |record: &crate::model::Record| {
        let native = &record.native;
        let at = |pointer: &str| native.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
        match record.key.kind {
            Kind::Section => format!("section {} {}", record.key.id, native["items"]),
            kind => format!("{kind} {} {} {}", record.key.id, at("/parent/gid"), at("/section")),
        }
    };
    splitter.found.iter().map(|(record, _)| told(record)).collect()
}

#[test]
fn sections_have_their_tasks_in_the_order_of_the_list() {
    let mut tree = Tree::default();
    tree.listed("20", vec![task("3", &[("20", "s1")]), task("1", &[("20", "s2")]), task("2", &[("20", "s1")])]);
    assert_eq!(
        records(tree),
        [
            r#"section s1 ["3","2"]"#,
            r#"section s2 ["1"]"#,
            "item 3 - s1",
            "item 1 - s2",
            "item 2 - s1",
        ]
    );
}

#[test]
fn a_task_in_several_projects_belongs_to_the_one_with_the_smallest_gid() {
    let both = task("1", &[("20", "s1"), ("100", "x")]);
    let smaller = task("2", &[("20", "s1"), ("9", "y")]);
    let mut tree = Tree::default();
    tree.listed("20", vec![task("3", &[("20", "s1")]), smaller, both]);
    assert_eq!(
        records(tree),
        [r#"section s1 ["3","20:2","1"]"#, "section s2 []", "item 3 - s1", "item 1 - s1", "placement 20:2 - s1"]
    );
}

#[test]
fn subtasks_hang_on_their_task_at_every_level() {
    let mut tree = Tree::default();
    tree.listed("20", vec![task("1", &[("20", "s1")])]);
    let new = tree.below("1", vec![under(task("2", &[]), "1", &["20"])]);
    assert_eq!(new.len(), 1);
    tree.below("2", vec![under(task("3", &[]), "2", &[])]);
    assert_eq!(
        records(tree),
        [r#"section s1 ["1"]"#, "section s2 []", "item 1 - s1", "item 2 1 -", "item 3 2 -"]
    );
}

#[test]
fn a_subtask_that_is_shown_in_a_project_hangs_on_its_task_and_has_a_place() {
    let shown = under(task("2", &[("20", "s2")]), "1", &["20"]);
    let mut tree = Tree::default();
    tree.listed("20", vec![task("1", &[("20", "s1")]), shown.clone()]);
    tree.below("1", vec![shown.clone()]);
    assert_eq!(
        records(tree),
        [r#"section s1 ["1"]"#, r#"section s2 ["20:2"]"#, "item 1 - s1", "item 2 1 -", "placement 20:2 1 s2"]
    );
    let mut elsewhere = Tree::default();
    elsewhere.listed("20", vec![under(task("2", &[("20", "s2"), ("30", "z")]), "1", &["30"])]);
    assert_eq!(records(elsewhere)[2..], ["placement 20:2 1 s2"], "it belongs to the parent's project, not its own");
}

#[test]
fn a_deep_subtask_with_a_project_of_its_own_belongs_there() {
    let deep = under(task("3", &[("20", "s1")]), "2", &[]);
    let mut own = Tree::default();
    own.listed("20", vec![deep.clone()]);
    assert_eq!(records(own)[2..], ["item 3 - s1"], "and is no longer looked for below its parent");
    let mut other = Tree::default();
    other.listed("20", vec![task("1", &[("20", "s1")])]);
    other.below("1", vec![under(task("2", &[]), "1", &["20"])]);
    assert!(other.below("2", vec![under(task("3", &[("30", "z")]), "2", &[])]).is_empty());
}
