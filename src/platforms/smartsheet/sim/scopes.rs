//! What a token of an application may be used for.

use super::access::Caller;
use super::refusal::Refusal;

/// Refuses a call that needs a scope which the token does not have. Personal tokens have all.
pub(super) fn check(caller: &Caller, method: &str, parts: &[&str]) -> Result<(), Refusal> {
    match (&caller.scopes, needed(method, parts)) {
        (Some(scopes), Some(scope)) if !scopes.contains(scope) => Err(Refusal::of(1004)),
        _ => Ok(()),
    }
}

/// The scope that a call needs; none where every token will do.
fn needed(method: &str, parts: &[&str]) -> Option<&'static str> {
    let reads = method == "GET";
    let scope = match parts {
        ["users", "me"] => return None,
        ["users" | "groups", ..] if reads => "READ_USERS",
        ["users" | "groups", ..] => "ADMIN_USERS",
        ["contacts", ..] => "READ_CONTACTS",
        ["events"] => "READ_EVENTS",
        ["sights", ..] => "READ_SIGHTS",
        ["workspaces" | "folders", _, "sheets"] => "CREATE_SHEETS",
        ["workspaces" | "folders" | "home", ..] => "ADMIN_WORKSPACES",
        ["shares", ..] if !reads => "SHARE_SHEETS",
        _ if reads => "READ_SHEETS",
        ["imageurls"] => "READ_SHEETS",
        ["sheets"] | ["sheets", _, "copy" | "move"] => "CREATE_SHEETS",
        ["sheets", _] if method == "DELETE" => "DELETE_SHEETS",
        ["sheets", _, "summary", "fields", _, "images"] => "WRITE_SHEETS",
        ["sheets", _] | ["sheets", _, "columns" | "publish" | "summary" | "automationrules", ..] => {
            "ADMIN_SHEETS"
        }
        _ => "WRITE_SHEETS",
    };
    Some(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_call_has_its_scope() {
        for (method, path, scope) in [
            ("GET", "users/me", None),
            ("GET", "users", Some("READ_USERS")),
            ("POST", "groups", Some("ADMIN_USERS")),
            ("GET", "workspaces", Some("ADMIN_WORKSPACES")),
            ("POST", "workspaces/1/sheets", Some("CREATE_SHEETS")),
            ("GET", "sheets/1", Some("READ_SHEETS")),
            ("PUT", "sheets/1/rows", Some("WRITE_SHEETS")),
            ("PUT", "sheets/1", Some("ADMIN_SHEETS")),
            ("POST", "sheets/1/columns", Some("ADMIN_SHEETS")),
            ("POST", "sheets/1/summary/fields", Some("ADMIN_SHEETS")),
            ("POST", "sheets/1/summary/fields/2/images", Some("WRITE_SHEETS")),
            ("DELETE", "sheets/1/rows", Some("WRITE_SHEETS")),
            ("DELETE", "sheets/1", Some("DELETE_SHEETS")),
            ("GET", "shares", Some("READ_SHEETS")),
            ("PATCH", "shares/1", Some("SHARE_SHEETS")),
            ("POST", "imageurls", Some("READ_SHEETS")),
        ] {
            assert_eq!(needed(method, &path.split('/').collect::<Vec<_>>()), scope, "{method} {path}");
        }
    }
}
