//! Manifests of snapshots: what is read is written so that the same is read, under the same id.

#![no_main]

use boardvault::snapshot::manifest::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::decode(bytes) else { return };
    let again = Manifest::decode(&manifest.encode().unwrap()).unwrap();
    assert_eq!(again, manifest);
    assert_eq!(again.id().unwrap(), manifest.id().unwrap());
    let json = serde_json::to_vec(&manifest).unwrap();
    assert_eq!(serde_json::from_slice::<Manifest>(&json).unwrap(), manifest);
});
