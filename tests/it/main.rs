//! The one integration-test binary: each module is a behaviour of the whole crate.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on should fail where it stands"
)]

mod architecture;
mod asana;
mod asana_computed_fields;
mod asana_custom_types;
mod asana_guests;
mod asana_heirs;
mod asana_hidden;
mod asana_meanwhile;
mod asana_older_backups;
mod asana_orders;
mod asana_own_tasks;
mod asana_pins;
mod asana_project_values;
mod asana_remains;
mod asana_strays;
mod asana_tags;
mod backups;
mod cli;
mod cli_program;
mod cli_refusals;
mod common;
mod conformance;
mod copies_and_replacements;
mod costs;
mod deletions;
mod docs;
mod estimates;
mod faults;
mod fencing;
mod keys;
mod looking;
mod moves;
mod oauth;
mod reconnecting;
mod retention;
mod round_trip;
mod smartsheet;
mod smartsheet_images;
mod smartsheet_inventory;
mod smartsheet_links;
mod smartsheet_projects;
mod smartsheet_references;
mod smartsheet_rights;
mod smartsheet_short_lists;
mod space;
mod stored_account;
