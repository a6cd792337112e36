//! Dates, which Asana takes only together: a time instead of a day, and a start only beside an end.

use serde_json::Value;

use super::calls::{Params, take};
use crate::http::fault::ApiFault;
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;

/// All of them.
const DATES: [&str; 4] = ["due_on", "due_at", "start_on", "start_at"];

/// The dates of a new record as Asana takes them.
pub(super) fn of_new(params: &mut Params) {
    let dates = take(params, &DATES);
    params.extend(together(&dates, false));
}

/// The dates of a change as Asana takes them: with what stays as it is. `path` is that of the record.
pub(super) async fn of_change(asana: &Asana, path: &[&str; 2], params: &mut Params) -> Result<(), ApiFault> {
    let mut dates = take(params, &DATES);
    if dates.is_empty() {
        return Ok(());
    }
    // Projects have days and no times.
    let fields = if path.first() == Some(&"tasks") { "due_on,due_at,start_on,start_at" } else { "due_on,start_on" };
    let live = asana.one(&Question::new(path, fields)).await?;
    for name in fields.split(',') {
        let there = live.get(name).cloned().unwrap_or_default();
        dates.entry(name).or_insert(there);
    }
    params.extend(together(&dates, true));
    Ok(())
}

/// For end and start each the time, or else the day. A change says both even where they are nothing.
fn together(dates: &Params, is_change: bool) -> Params {
    let said = |name: &str| dates.get(name).filter(|value| !value.is_null());
    let mut params = Params::new();
    for (day, time) in [("due_on", "due_at"), ("start_on", "start_at")] {
        match (said(time), said(day)) {
            (Some(value), _) => drop(params.insert(time.to_owned(), value.clone())),
            (None, Some(value)) => drop(params.insert(day.to_owned(), value.clone())),
            (None, None) if is_change => drop(params.insert(day.to_owned(), Value::Null)),
            (None, None) => {}
        }
    }
    params
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(dates: &Value, is_change: bool) -> Value {
        together(dates.as_object().unwrap(), is_change).into()
    }

    #[test]
    fn a_time_stands_for_its_day() {
        let dates = json!({"due_on": "2026-11-21", "due_at": "2026-11-21T10:00:00Z", "start_on": "2026-11-20"});
        assert_eq!(of(&dates, false), json!({"due_at": "2026-11-21T10:00:00Z", "start_on": "2026-11-20"}));
    }

    #[test]
    fn a_change_clears_what_is_nothing_and_a_creation_leaves_it_out() {
        let dates = json!({"due_on": "2026-11-21", "due_at": null, "start_on": null, "start_at": null});
        assert_eq!(of(&dates, true), json!({"due_on": "2026-11-21", "start_on": null}));
        assert_eq!(of(&dates, false), json!({"due_on": "2026-11-21"}));
    }
}
