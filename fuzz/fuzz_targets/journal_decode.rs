//! Events of a run: what is read is written so that the same is read.

#![no_main]

use boardvault::apply::journal::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(event) = Event::decode(bytes) {
        assert_eq!(Event::decode(&event.encode()).unwrap(), event);
    }
});
