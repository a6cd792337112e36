//! Records that containers share: they are there although the container that they were backed up with is not.

use serde_json::json;

use super::BOARD;
use crate::model::{Kind, RecordKey};
use crate::plan::testing::{World, edit, request, world};
use crate::plan::types::{Action, Mode, RestorePlan};

fn red() -> RecordKey {
    RecordKey::new("b", Kind::Label, "red")
}

/// A plan for a board that is gone, where the live account still has its label in this form.
fn plan(live: &World) -> RestorePlan {
    let mut request = request(Mode::Merge);
    request.shared = vec![live[&red()].clone()];
    request.plan(&world(BOARD), &World::new())
}

fn makes_the_label(plan: &RestorePlan) -> bool {
    plan.steps.iter().any(|step| step.subject == red() && step.action == Action::Create)
}

#[test]
fn what_is_there_as_it_was_is_used_and_not_made() {
    let plan = plan(&world(BOARD));
    assert!(!makes_the_label(&plan));
    let labels: Vec<_> =
        plan.steps.iter().flat_map(|step| &step.changes).filter(|change| change.path == "labels").collect();
    assert_eq!(labels.iter().map(|change| &change.to).collect::<Vec<_>>(), [&json!(["red"])]);
    assert!(!plan.bindings.iter().any(|binding| binding.source == red()), "its id stays as it is");
}

#[test]
fn what_is_there_in_another_form_is_made_again() {
    let mut live = world(BOARD);
    edit(&mut live, &red(), "color", json!("green"));
    assert!(makes_the_label(&plan(&live)));
}
