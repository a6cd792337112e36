//! Plans: what is read is written so that the same is read, under the same hash, and can be summed up.

#![no_main]

use boardvault::plan::summary::summary;
use boardvault::plan::types::RestorePlan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(plan) = serde_json::from_slice::<RestorePlan>(bytes) else { return };
    let again: RestorePlan = serde_json::from_slice(&serde_json::to_vec(&plan).unwrap()).unwrap();
    assert_eq!(again, plan);
    assert_eq!(again.hash(), plan.hash());
    assert_eq!(summary(&again), summary(&plan));
});
