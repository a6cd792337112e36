//! Worlds of many tasks.

use super::builder::Builder;

/// Tasks in one project.
const PER_PROJECT: usize = 1_000;

/// `tasks` tasks in projects of a thousand, two comments each, every tenth with an upload.
pub(super) fn fill(build: &mut Builder, tasks: usize) {
    for project in 0..tasks.div_ceil(PER_PROJECT) {
        let here = PER_PROJECT.min(tasks - project * PER_PROJECT);
        fill_one(build, &format!("Project {}", project + 1), here);
    }
}

/// One project with exactly 1,000 tasks, 2,000 comments and 100 uploads.
pub(super) fn fill_project(build: &mut Builder) {
    fill_one(build, "Project 1", PER_PROJECT);
}

fn fill_one(build: &mut Builder, name: &str, tasks: usize) {
    let cast = build.cast.clone();
    let names = ["Inbox", "Next", "Doing", "Waiting", "Done"];
    let (project, sections) = build.project(name, serde_json::json!({}), &names);
    let numbers = (1..).zip(sections.iter().cycle()).take(tasks);
    for (number, section) in numbers {
        build.pass(1);
        let task = build.plain_task((&project, section), &format!("{name}, task {number}"));
        for (author, words) in [(&cast.ben, "looks good"), (&cast.cleo, "needs another look")] {
            build.comment(author, &task, &format!("Task {number} {words}."));
        }
        if number % 10 == 0 {
            let len = build.random.usize(10 * 1_024..=60 * 1_024);
            build.upload_to_task(&cast.ben, &task, &format!("file-{number}.bin"), len);
        }
    }
}
