//! Faults of the machine: power cuts, failing calls, damaged files, killed processes. Whatever happens, what was
//! acknowledged is there byte for byte, and what was not is never taken for complete.
//!
//! [`workloads`] is the table of what is interrupted; a new line there is put through everything.

mod check;
mod damage;
mod failing_calls;
mod kill;
mod point;
mod power_loss;
mod tape;
mod workloads;

/// A number from the environment, or the usual one.
fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| {
        text.parse().unwrap_or_else(|_| panic!("{variable} is a number, and not `{text}`"))
    })
}
