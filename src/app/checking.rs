//! Comparing the account as it was read back with what a plan promised.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;
use serde_json::Value;

use super::error::Error;
use super::names::Names;
use crate::apply::promise::Promised;
use crate::model::dialect::Dialect;
use crate::model::spec::{KindSpec, Role};
use crate::model::{NativeId, Record, RecordKey, ops, told};
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
    let mut names = Named::default();
    let called = |key: &RecordKey| match promised.called.get(key) {
        Some(words) => words.clone(),
        None => format!("{} {}", key.kind, key.id),
    };
    for (key, fields) in &promised.records {
        let Some(record) = live.get(key)? else {
            check.differences.push(format!("{} should be there and is not", called(key)));
            continue;
        };
        let Some(spec) = dialect.spec(key.kind) else { continue };
        let wrong: Vec<(&String, &Value)> =
            fields.iter().filter(|(path, wanted)| !same(dialect, spec, path, wanted, &record)).collect();
        if wrong.is_empty() {
            check.as_promised += 1;
            continue;
        }
        let names = names.near(live, dialect, &record)?;
        let told = wrong.into_iter().map(|(path, wanted)| difference(names, spec, &record, path, wanted));
        check.differences.push(format!("{}: {}", called(key), told.collect::<Vec<_>>().join(", ")));
    }
    for key in &promised.gone {
        match live.get(key)? {
            None => check.as_promised += 1,
            Some(_) => check.differences.push(format!("{} should be gone and is there", called(key))),
        }
    }
    Ok(check)
}

/// The names in the containers that something is wrong in: mostly none, so they are read when they are asked for.
#[derive(Default)]
struct Named<'a>(BTreeMap<NativeId, Names<'a>>);

impl<'a> Named<'a> {
    fn near(
        &mut self,
        live: &Reader,
        dialect: &'a dyn Dialect,
        record: &Record,
    ) -> Result<&Names<'a>, Error> {
        Ok(match self.0.entry(record.key.container.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let records = live.container(&record.key.container).collect::<Result<Vec<Record>, _>>()?;
                free.insert(Names::of(dialect, &records, &[]))
            }
        })
    }
}

/// What is wrong with a field, in the words in which it is shown elsewhere.
fn difference(names: &Names<'_>, spec: &KindSpec, record: &Record, path: &str, wanted: &Value) -> String {
    let found = ops::get(&record.native, path).unwrap_or(&Value::Null);
    let Some(field) = spec.fields.iter().find(|field| field.path == path) else {
        return format!("{path} should be {wanted} and is {found}");
    };
    let [should, is] = match [wanted, found].map(|value| names.text(field, value, record)) {
        // What people read is the same, and what stands there is not.
        [one, other] if one == other => [wanted, found].map(Value::to_string),
        texts => texts.map(|text| if text.is_empty() { "nothing".to_owned() } else { text }),
    };
    format!("{} should be {should} and is {is}", told::label(field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, Kind};
    use crate::platforms;

    #[test]
    fn what_is_wrong_is_told_with_names_instead_of_ids() {
        let dialect = platforms::find("smartsheet").unwrap().dialect;
        let record =
            |kind, id: &str, native| Record { key: RecordKey::new("s", kind, id), native, blob: Blob::None };
        let cell = record(Kind::FieldValue, "2:3", json!({"columnId": "3", "value": "rowId=1 FS +1d"}));
        let records = [record(Kind::Item, "1", json!({"title": "Pack"})), cell.clone()];
        let names = Names::of(dialect, &records, &[]);
        let spec = dialect.spec(Kind::FieldValue).unwrap();
        let told = |path, wanted| difference(&names, spec, &cell, path, &wanted);
        assert_eq!(told("value", json!("rowId=1 FS -1d")), "value should be Pack FS -1d and is Pack FS +1d");
        assert_eq!(told("value", Value::Null), "value should be nothing and is Pack FS +1d");
        assert_eq!(told("objectValue", json!("")), "value should be \"\" and is null");
    }
}
