//! The dates that dependencies decide in a project sheet, as far as the sandbox goes: whole calendar days,
//! predecessors of all four types with their lags, no holidays and no sums over the rows below.

use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

use super::lag;
use super::state::{ROW, SHEET, State, items};
use crate::sim::world::text;

/// Rounds in which dates are passed on: longer chains of predecessors do not settle.
const ROUNDS: usize = 16;
/// The first and the last minute of a working day.
const DAY: [&str; 2] = ["T08:00:00", "T16:59:59"];

/// The columns that take part.
struct Plan {
    duration: String,
    start: String,
    finish: String,
    predecessors: String,
}

impl Plan {
    fn of(sheet: &Value) -> Option<Self> {
        let tagged = |tag: &str| {
            let mut columns = items(sheet, "columns").iter();
            let found = columns.find(|column| items(column, "tags").iter().any(|known| known == tag))?;
            Some(text(found, "id").to_owned())
        };
        Some(Self {
            duration: tagged("GANTT_DURATION")?,
            start: tagged("GANTT_START_DATE")?,
            finish: tagged("GANTT_END_DATE")?,
            predecessors: tagged("GANTT_PREDECESSOR")?,
        })
    }
}

impl State {
    /// Brings the dates of a project sheet into line with durations and predecessors.
    pub(super) fn schedule(&mut self, sheet: &str) {
        let entity = self.world.get(SHEET, sheet).filter(|sheet| sheet["dependenciesEnabled"] == true);
        let Some(plan) = entity.and_then(Plan::of) else { return };
        let order = self.order.get(sheet).cloned().unwrap_or_default();
        for _ in 0..ROUNDS {
            let mut settled = true;
            for row in &order {
                settled &= !self.schedule_row(&plan, row);
            }
            if settled {
                return;
            }
        }
    }

    /// Sets start and finish of a row; says whether that changed anything.
    fn schedule_row(&mut self, plan: &Plan, id: &str) -> bool {
        let Some(row) = self.world.get(ROW, id) else { return false };
        let days = days(row, &plan.duration);
        let follows: Vec<Date> =
            items(&row["cells"][plan.predecessors.as_str()]["objectValue"], "predecessors")
                .iter()
                .filter_map(|link| self.earliest(plan, link, days?))
                .collect();
        let start = follows.into_iter().max().or_else(|| date(row, &plan.start));
        let (Some(start), Some(days)) = (start, days) else { return false };
        let finish = start.checked_add((days - 1).max(0).days()).unwrap_or(start);
        let dates = [(&plan.start, start, DAY[0]), (&plan.finish, finish, DAY[1])];
        let mut changed = false;
        self.change(ROW, id, |row| {
            for (column, date, minute) in dates {
                let value = format!("{date}{minute}");
                let cell = &mut row["cells"][column.as_str()];
                let is_the_day = text(cell, "value").starts_with(&date.to_string());
                // A start that somebody chose keeps its minute.
                if !is_the_day {
                    *cell = json!({"value": value, "objectValue": {"objectType": "ABSTRACT_DATETIME", "value": value}});
                    changed = true;
                }
            }
        });
        changed
    }

    /// The first day on which a row of so many days can start because of one predecessor.
    fn earliest(&self, plan: &Plan, link: &Value, days: i64) -> Option<Date> {
        let before = self.world.get(ROW, text(link, "rowId"))?;
        let (start, finish) = (date(before, &plan.start)?, date(before, &plan.finish)?);
        let length = (days - 1).max(0);
        let (from, shift) = match text(link, "type") {
            "SS" => (start, 0),
            "FF" => (finish, -length),
            "SF" => (start, -length),
            // Nothing ends on its own day: what follows a milestone starts with it.
            _ => (finish, i64::from(lasts(plan, before))),
        };
        from.checked_add((shift + whole(lag::days(&link["lag"]))).days()).ok()
    }
}

fn lasts(plan: &Plan, row: &Value) -> bool {
    days(row, &plan.duration).is_some_and(|days| days > 0)
}

fn date(row: &Value, column: &str) -> Option<Date> {
    text(&row["cells"][column], "value").get(..10)?.parse().ok()
}

/// The duration in whole days, begun ones included.
fn days(row: &Value, column: &str) -> Option<i64> {
    row["cells"][column]["objectValue"]["days"].as_f64().map(|days| whole(days.ceil()))
}

#[expect(clippy::cast_possible_truncation, reason = "durations of projects are small")]
fn whole(days: f64) -> i64 {
    days.clamp(-100_000.0, 100_000.0) as i64
}
