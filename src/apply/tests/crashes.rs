//! Processes that die and answers that get lost, at every point.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn a_process_that_dies_after_any_record_is_resumed_to_the_same_world() {
    let (undisturbed, whole) = undisturbed().await;
    for records in 0..=whole.events.len() {
        for at_once in [true, false] {
            let world = world(Faults::default());
            let death = Death { records, at_once };
            let (outcome, _) = until_finished(&world, &[death]).await;
            assert_eq!(outcome.verdict, Verdict::Complete);
            assert_same_world(&world, &undisturbed.state(), &death);
        }
    }
}

#[tokio::test]
async fn an_answer_lost_after_any_write_is_looked_up_and_nothing_is_made_twice() {
    let (undisturbed, _) = undisturbed().await;
    for nth in 1..=undisturbed.writes() {
        for faults in [lose([nth]), faults(|faults| faults.request_lost = BTreeSet::from([nth]))] {
            let world = world(faults.clone());
            let (outcome, _) = until_finished(&world, &[]).await;
            assert_eq!(outcome.verdict, Verdict::Complete);
            assert_same_world(&world, &undisturbed.state(), &faults);
        }
    }
}

#[tokio::test]
async fn a_death_together_with_a_lost_answer_ends_in_the_same_world() {
    let (undisturbed, whole) = undisturbed().await;
    for records in 0..=whole.events.len() {
        for nth in 1..=undisturbed.writes() {
            for look_ups_fail in [false, true] {
                let world = world(Faults { look_ups_fail, ..lose([nth]) });
                let death = Death { records, at_once: false };
                let (outcome, _) = until_finished(&world, &[death]).await;
                assert_eq!(outcome.verdict, Verdict::Complete);
                assert_same_world(&world, &undisturbed.state(), &(death, nth, look_ups_fail));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_series_of_deaths_and_lost_messages_ends_in_the_same_world(
        deaths in prop::collection::vec((0_usize..20, any::<bool>()), 0..6),
        answer_lost in prop::collection::btree_set(1_u64..30, 0..6),
        request_lost in prop::collection::btree_set(1_u64..30, 0..2),
    ) {
        let deaths: Vec<Death> =
            deaths.into_iter().map(|(records, at_once)| Death { records, at_once }).collect();
        let faults = Faults { answer_lost, request_lost, ..Faults::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (undisturbed, _) = undisturbed().await;
            let world = world(faults.clone());
            let _ = until_finished(&world, &deaths).await;
            // A change whose answer is lost three times in a row is given up as failed, though it happened.
            assert_same_world(&world, &undisturbed.state(), &(deaths, faults));
        });
    }
}
