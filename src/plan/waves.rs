//! Which steps travel in one request, and how long the requests take at least.

use std::time::Duration;

use super::scene::Scene;
use super::types::{Action, Step, StepId};
use crate::model::dialect::Dialect;
use crate::model::grants::Verb;
use crate::model::spec::BatchRules;
use crate::model::writing::Writing;

/// Numbers the waves: neighbours that do the same to records of one kind below the same parent share one (or
/// below any, where the kind's table says so), up to the kind's limit, unless one needs another.
pub(super) fn number(scene: &Scene<'_>, steps: &mut [Step]) {
    let mut waves: u32 = 0;
    let mut current: Vec<StepId> = Vec::new();
    let mut previous: Option<Step> = None;
    for step in steps {
        let BatchRules { max, across } =
            scene.spec(step.subject.kind).map_or(BatchRules::SINGLE, |spec| spec.batch);
        let room = usize::try_from(max).is_ok_and(|max| current.len() < max);
        let fits = max > 1
            && room
            && previous.as_ref().is_some_and(|before| is_alike(before, step, across))
            && !step.after.iter().any(|need| current.contains(need));
        if !fits {
            waves = waves.saturating_add(1);
            current.clear();
        }
        step.wave = waves;
        current.push(step.id.clone());
        // Only batched kinds look back, so only they pay for the copy.
        previous = (max > 1).then(|| step.clone());
    }
}

/// How many requests the waves take.
pub(super) fn requests(dialect: &dyn Dialect, steps: &[Step]) -> u64 {
    let waves = steps.chunk_by(|a, b| a.wave == b.wave);
    waves.map(|wave| dialect.requests(&wave.iter().map(writing).collect::<Vec<_>>())).sum()
}

fn writing(step: &Step) -> Writing<'_> {
    let verb = match step.action {
        Action::Create => Verb::Create,
        Action::Update | Action::Archive => Verb::Update,
        Action::Delete => Verb::Delete,
    };
    let fields = step.changes.iter().map(|change| (change.path.as_str(), change.from.as_ref(), &change.to));
    Writing { verb, kind: step.subject.kind, fields: fields.collect() }
}

fn is_alike(a: &Step, b: &Step, across: bool) -> bool {
    a.action == b.action
        && a.subject.kind == b.subject.kind
        && a.container == b.container
        && (across || a.parent == b.parent)
        && a.reason == b.reason
}

/// The least time in seconds that `requests` take when a burst of `pace.0` is allowed every `pace.1`.
pub(super) fn least_seconds(requests: u64, pace: (u32, Duration)) -> u64 {
    let (burst, per) = pace;
    let bursts_before_the_last = requests.saturating_sub(1).checked_div(u64::from(burst)).unwrap_or_default();
    bursts_before_the_last.saturating_mul(per.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_each_further_one_waits_for_a_window() {
        let pace = (100, Duration::from_secs(10));
        let times = [0, 1, 100, 101, 4100].map(|requests| least_seconds(requests, pace));
        assert_eq!(times, [0, 0, 0, 10, 400]);
    }
}
