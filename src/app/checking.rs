//! Comparing the account as it was read back with what a plan promised.

use serde::Serialize;
use serde_json::Value;

use super::error::Error;
use super::snapshots;
use crate::apply::promise::Promised;
use crate::model::dialect::Dialect;
use crate::model::spec::{KindSpec, Role};
use crate::model::{Record, ops};
use crate::snapshot::reader::Reader;

/// What a comparison showed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Check {
    /// Records that are as promised.
    pub as_promised: u64,
    /// What is not as promised, in sentences.
    pub differences: Vec<String>,
}

/// Whether a field of `record` has the value that was wanted, as far as the platform's table tells values apart.
fn same(dialect: &dyn Dialect, spec: &KindSpec, path: &str, wanted: &Value, record: &Record) -> bool {
    let found = ops::get(&record.native, path);
    match spec.fields.iter().find(|field| field.path == path) {
        Some(field) => !ops::differ(dialect, field, Some(wanted), found),
        None => ops::normal(Role::Writable, Some(wanted)) == ops::normal(Role::Writable, found),
    }
}

/// Compares what `promised` says with what `live` holds.
pub(super) fn compare(live: &Reader, dialect: &dyn Dialect, promised: &Promised) -> Result<Check, Error> {
    let mut check = Check::default();
    for (key, fields) in &promised.records {
        let Some(record) = live.get(key)? else {
            check.differences.push(format!("{} {} should be there and is not", key.kind, key.id));
            continue;
        };
        let Some(spec) = dialect.spec(key.kind) else { continue };
        let wrong: Vec<String> = fields
            .iter()
            .filter(|(path, wanted)| !same(dialect, spec, path, wanted, &record))
            .map(|(path, wanted)| {
                let found =
                    ops::get(&record.native, path).map_or_else(|| "nothing".to_owned(), ToString::to_string);
                format!("{path} should be {wanted} and is {found}")
            })
            .collect();
        if wrong.is_empty() {
            check.as_promised += 1;
        } else {
            check.differences.push(format!(
                "{} \"{}\": {}",
                spec.noun,
                snapshots::title(dialect, &record),
                wrong.join(", ")
            ));
        }
    }
    for key in &promised.gone {
        match live.get(key)? {
            None => check.as_promised += 1,
            Some(_) => check.differences.push(format!("{} {} should be gone and is there", key.kind, key.id)),
        }
    }
    Ok(check)
}
