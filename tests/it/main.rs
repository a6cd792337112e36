//! The one integration-test binary: each module is a behaviour of the whole crate.

mod architecture;
