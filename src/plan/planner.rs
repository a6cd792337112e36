//! Composes the plan: pair, decide, draft, order.

use std::collections::BTreeSet;

use super::bindings::{bindings, referred, witnesses};
use super::decide::Decisions;
use super::draft;
use super::elsewhere;
use super::input::{PlanError, PlanInput};
use super::matching;
use super::named;
use super::names;
use super::order;
use super::plainer;
use super::roots::Roots;
use super::scene::Scene;
use super::types::{Action, Mode, RestorePlan, Step, Verdict};
use super::values::Facts;
use super::waves;
use crate::model::Kind;
use crate::model::dialect::Dialect;
use crate::model::loss::LossCause;

/// Decides a restore completely. The same input, in whatever order, gives the same plan.
pub fn plan(input: &PlanInput<'_>) -> Result<RestorePlan, PlanError> {
    let scene = Scene::new(input);
    let roots = Roots::find(input, &scene)?;
    let stranded = named::stranded(input, &scene);
    let bound = matching::pair(
        &scene,
        input.origins,
        |key| roots.fresh.contains_key(key),
        |key| roots.doomed.contains_key(key) || stranded.contains(key),
    );
    let shown = plainer::values(&scene, &bound, input.dialect);
    let scene = scene.with(shown.iter().map(|shown| &shown.record));
    let facts = Facts::new(input, &scene, &bound);
    let mut decisions = Decisions::make(&facts, &roots);
    plainer::note(&shown, &mut decisions);
    // What is wanted was decided with the places as they were; what is written follows from those that will be.
    let moved = elsewhere::records(&scene, &decisions.elsewhere);
    if moved.is_empty() {
        return Ok(written(&facts, &roots, decisions));
    }
    let scene = scene.with(&moved);
    Ok(written(&Facts::new(input, &scene, &bound), &roots, decisions))
}

/// The plan that carries the decisions out.
fn written<'a>(facts: &Facts<'a, '_>, roots: &Roots<'a>, mut decisions: Decisions<'a>) -> RestorePlan {
    let (input, scene) = (facts.input, facts.scene);
    let drafts = draft::all(facts, roots, &mut decisions);
    let referred = referred(facts, &drafts);
    let mut steps = order::steps(facts, roots, drafts);
    names::add(scene, &mut steps);
    waves::number(scene, &mut steps);
    let requests = waves::requests(input.dialect, &steps);
    let Decisions { mut blocked, mut losses, kept, equal, .. } = decisions;
    blocked.sort_by(|a, b| (&a.subject, a.action).cmp(&(&b.subject, b.action)));
    names::name(scene, &mut losses);
    losses.sort();
    losses.dedup();
    let compares = matches!(input.header.mode, Mode::Merge | Mode::Undo);
    RestorePlan {
        header: input.header.clone(),
        bindings: bindings(facts, referred, &steps),
        witnesses: witnesses(facts, roots, &steps),
        kind_losses: kind_losses(scene, &steps),
        verdict: verdict(steps.is_empty(), blocked.is_empty()),
        kept,
        equal: if compares { input.compare.equal.saturating_add(equal) } else { equal },
        requests,
        min_seconds: waves::least_seconds(counted(requests, &steps, input.dialect), input.pace),
        steps,
        blocked,
        losses,
    }
}

/// As how many `requests` of the platform's limit all of `steps` count.
fn counted(requests: u64, steps: &[Step], dialect: &dyn Dialect) -> u64 {
    let uploads = steps.iter().filter(|step| step.blob.is_some()).count() as u64;
    requests.saturating_add(uploads.saturating_mul(dialect.upload_counts().saturating_sub(1)))
}

/// What never comes back for the kinds that are created.
fn kind_losses(scene: &Scene<'_>, steps: &[Step]) -> Vec<(Kind, LossCause)> {
    let created: BTreeSet<Kind> =
        steps.iter().filter(|step| step.action == Action::Create).map(|step| step.subject.kind).collect();
    let specs = created.into_iter().filter_map(|kind| scene.spec(kind));
    specs.flat_map(|spec| spec.losses.iter().map(|cause| (spec.kind, *cause))).collect()
}

fn verdict(nothing_to_do: bool, nothing_blocked: bool) -> Verdict {
    match (nothing_to_do, nothing_blocked) {
        (true, true) => Verdict::NothingToDo,
        (false, true) => Verdict::Applyable,
        (false, false) => Verdict::Partial,
        (true, false) => Verdict::Blocked,
    }
}
