//! Lists of downloads: what is read is written so that the same is read.

#![no_main]

use boardvault::app::downloads::Ledger;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(ledger) = Ledger::decode(bytes) {
        assert_eq!(Ledger::decode(&ledger.encode().unwrap()).unwrap(), ledger);
    }
});
