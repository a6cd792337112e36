use super::*;

#[test]
fn the_tiny_world_is_read_in_full() {
    let mut desk = Desk::new("tiny");
    let project = desk.project("Roadmap");
    let tasks = desk.get(&format!(
        "/projects/{project}/tasks?limit=100&opt_fields=name,custom_fields,memberships.section.name"
    ));
    eprintln!("{tasks:#}");
    let full = desk.get(&format!("/tasks/{}", desk.task("Fix login")));
    eprintln!("{full:#}");
}
