//! `plan` and `undo`.

use serde_json::json;

use super::plan_page;
use crate::app::context::App;
use crate::app::error::Error;
use crate::app::planning::{self, PlanRequest, SavedPlan};
use crate::cli::args::{ModeArg, Plan};
use crate::cli::exit::Done;
use crate::cli::ui::Ui;
use crate::plan::types::{Mode, Verdict};

pub(super) async fn run(app: &App, ui: &Ui, args: &Plan) -> Result<Done, Error> {
    let mode = match (args.mode, args.literal) {
        (ModeArg::Merge, false) => Mode::Merge,
        (ModeArg::Copy, false) => Mode::Copy,
        (ModeArg::DeleteBefore, false) => Mode::DeleteBefore,
        (ModeArg::DeleteBefore, true) => Mode::DeleteBeforeLiteral,
        (ModeArg::Merge | ModeArg::Copy, true) => {
            return Err(Error::usage("`--literal` belongs to `--mode delete-before`"));
        }
    };
    let request = PlanRequest { snapshot: args.snapshot.clone(), mode, only: args.only.clone() };
    let saved = planning::plan(app, &request, ui).await?;
    Ok(show(ui, &saved, args.details))
}

pub(super) async fn undo(app: &App, ui: &Ui, run: &str) -> Result<Done, Error> {
    let saved = planning::undo(app, run, ui).await?;
    Ok(show(ui, &saved, false))
}

/// Prints a plan; what cannot be tried makes the result incomplete.
pub(super) fn show(ui: &Ui, saved: &SavedPlan, details: bool) -> Done {
    let notes = plan_page::notes(&saved.plan);
    ui.result(
        &json!({ "id": saved.id, "notes": notes, "plan": saved.plan }),
        &plan_page::page(saved, details),
    );
    match saved.plan.verdict {
        Verdict::NothingToDo | Verdict::Applyable => Done::Complete,
        Verdict::Partial | Verdict::Blocked => Done::Incomplete,
    }
}
