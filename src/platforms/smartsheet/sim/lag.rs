//! The lag of a predecessor: a flag says whether it goes back in time, and its amounts are always positive.
//!
//! The specification says no more than that. What it leaves open is decided here: a negative amount is refused, as a
//! value that the attribute cannot have; a flag that was not given is not told; people see `+1w 2d`, and an `e` before
//! the first amount where time passes on days off as well.

use serde_json::Value;

use super::input::{only, truth};
use super::refusal::Refusal;

/// An amount: its attribute, how people write it, and how many of it a working day and a whole day have.
struct Unit {
    name: &'static str,
    sign: &'static str,
    in_working_day: f64,
    in_whole_day: f64,
}

/// A unit that is part of a day: eight hours of it are worked.
const fn within_day(name: &'static str, sign: &'static str, in_hour: f64) -> Unit {
    Unit { name, sign, in_working_day: 8.0 * in_hour, in_whole_day: 24.0 * in_hour }
}

const UNITS: [Unit; 6] = [
    Unit { name: "weeks", sign: "w", in_working_day: 1.0 / 5.0, in_whole_day: 1.0 / 7.0 },
    Unit { name: "days", sign: "d", in_working_day: 1.0, in_whole_day: 1.0 },
    within_day("hours", "h", 1.0),
    within_day("minutes", "m", 60.0),
    within_day("seconds", "s", 3_600.0),
    within_day("milliseconds", "ms", 3_600_000.0),
];

const ATTRIBUTES: &[&str] = &[
    "objectType",
    "negative",
    "elapsed",
    "weeks",
    "days",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
];

/// Refuses what is no lag.
pub(super) fn check(lag: &Value) -> Result<(), Refusal> {
    only(lag, ATTRIBUTES)?;
    truth(lag, "negative")?;
    truth(lag, "elapsed")?;
    let is_amount = |unit: &Unit| match &lag[unit.name] {
        Value::Null => true,
        value => value.as_f64().is_some_and(|amount| amount >= 0.0),
    };
    match UNITS.iter().find(|unit| !is_amount(unit)) {
        Some(unit) => Err(Refusal::about(1031, unit.name)),
        None => Ok(()),
    }
}

/// What people see of a lag behind the type of the predecessor; nothing when it has no amount.
pub(super) fn shown(lag: &Value) -> String {
    let amount = |unit: &Unit| {
        let amount = lag[unit.name].as_f64().filter(|amount| *amount > 0.0)?;
        Some(format!("{amount}{}", unit.sign))
    };
    let amounts: Vec<String> = UNITS.iter().filter_map(amount).collect();
    if amounts.is_empty() {
        return String::new();
    }
    let sign = if lag["negative"] == true { '-' } else { '+' };
    let elapsed = if lag["elapsed"] == true { "e" } else { "" };
    format!(" {sign}{elapsed}{}", amounts.join(" "))
}

/// How many days a lag is, less than none when it goes back.
pub(super) fn days(lag: &Value) -> f64 {
    let of_unit = |unit: &Unit| {
        let in_day = if lag["elapsed"] == true { unit.in_whole_day } else { unit.in_working_day };
        lag[unit.name].as_f64().unwrap_or(0.0) / in_day
    };
    let days: f64 = UNITS.iter().map(of_unit).sum();
    if lag["negative"] == true { -days } else { days }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_flag_is_the_sign_and_units_are_added() {
        for (lag, words, number) in [
            (json!({"days": 1.0}), " +1d", 1.0),
            (json!({"days": 1, "negative": true}), " -1d", -1.0),
            (json!({"days": 2, "hours": 4, "negative": false}), " +2d 4h", 2.5),
            (json!({"weeks": 1, "negative": true}), " -1w", -5.0),
            (json!({"weeks": 1, "hours": 24, "elapsed": true}), " +e1w 24h", 8.0),
            (json!({"days": 0}), "", 0.0),
            (Value::Null, "", 0.0),
        ] {
            assert_eq!((shown(&lag).as_str(), days(&lag)), (words, number), "{lag}");
        }
    }

    #[test]
    fn amounts_are_never_negative() {
        assert_eq!(check(&json!({"objectType": "DURATION", "days": 1, "negative": true})), Ok(()));
        assert_eq!(check(&json!({"days": -1.0})), Err(Refusal::about(1031, "days")));
        assert_eq!(check(&json!({"negative": "yes"})), Err(Refusal::about(1031, "negative")));
        assert!(check(&json!({"months": 1})).is_err());
    }
}
