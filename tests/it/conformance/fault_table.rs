//! The table of faults: what can go wrong between the program and a platform, and which test makes it go wrong.
//!
//! It is the table in `docs/reliability.md`, row by row.

/// How a fault of the sandbox strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strikes {
    /// Any call of a reference backup and of a reference restore.
    AnyCall,
    /// Any of their calls, of an account whose access is lent: the token that was refused is renewed.
    LentAccess,
    /// Any of their calls together with the renewal of the token that follows: the second script is that of the token
    /// endpoint.
    LostAccess,
    /// Any further page of any list.
    FurtherPage,
}

/// A row of the table.
pub(crate) struct Row {
    /// What goes wrong, in the words of the document.
    pub(crate) fault: &'static str,
    /// Faults of the sandbox that stand for it; the tests add to each which call it strikes and how often.
    pub(crate) scripts: &'static [(Strikes, &'static str)],
    /// Names of other tests that it is the matter of.
    pub(crate) tests: &'static [&'static str],
}

use Strikes::{AnyCall, FurtherPage, LentAccess, LostAccess};

/// The place in a list is no longer known, in the words of those platforms that give one.
const FORGOTTEN: &str = r#"{"kind":"status","status":400,
    "body":"{\"errorCode\":1018,\"errors\":[{\"message\":\"offset: Your pagination token has expired.\"}]}"}"#;

/// Deeper than JSON is read.
const TOO_DEEP: &str = r#"{"kind":"status","status":200,"body":"{\"data\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"}"#;

/// All rows.
pub(crate) const ROWS: &[Row] = &[
    Row {
        fault: "no connection: refused, name not found, wrong certificate",
        scripts: &[],
        tests: &["a_refused_connection_is_known_not_to_have_written"],
    },
    Row {
        fault: "connection lost before the request is read",
        scripts: &[(AnyCall, r#"{"kind":"drop_before"}"#)],
        tests: &[],
    },
    Row {
        fault: "connection lost in the middle of the answer",
        scripts: &[
            (AnyCall, r#"{"kind":"cut","at_byte":1}"#),
            (AnyCall, r#"{"kind":"cut","at_byte":7}"#),
            (AnyCall, r#"{"kind":"cut","at_byte":150}"#),
        ],
        tests: &[
            "a_connection_that_breaks_in_mid_answer_is_a_fault",
            "a_json_answer_that_is_cut_off_is_asked_for_again",
        ],
    },
    Row {
        fault: "JSON cut short, of other types, too deep, with a lone surrogate or a number out of range; a web page",
        scripts: &[
            (AnyCall, r#"{"kind":"garbage"}"#),
            (AnyCall, r#"{"kind":"html"}"#),
            (AnyCall, r#"{"kind":"status","status":200,"body":"{}"}"#),
            (AnyCall, r#"{"kind":"status","status":200,"body":"{\"data\":7,\"id\":[]}"}"#),
            (
                AnyCall,
                r#"{"kind":"status","status":200,"body":"{\"errors\":[{\"message\":\"no\"}],\"data\":null}"}"#,
            ),
            (AnyCall, r#"{"kind":"status","status":200,"body":"{\"data\":\"\\ud800\"}"}"#),
            (AnyCall, r#"{"kind":"status","status":200,"body":"{\"data\":[1e400]}"}"#),
            (AnyCall, TOO_DEEP),
        ],
        tests: &[
            "only_what_was_promised_is_taken",
            "an_unreadable_answer_to_a_write_leaves_its_outcome_unknown",
        ],
    },
    Row {
        fault: "answer of another size than promised",
        scripts: &[(AnyCall, r#"{"kind":"wrong_size"}"#)],
        tests: &["an_answer_of_another_length_than_promised_ends_in_a_fault"],
    },
    Row {
        fault: "silence in the middle of a call",
        scripts: &[],
        tests: &[
            "a_silent_read_ends_at_once_when_asked",
            "a_silent_write_ends_after_the_grace_with_an_unknown_outcome",
        ],
    },
    Row {
        fault: "too many requests, with any `Retry-After`: seconds, a date, none, zero, negative, huge, no number",
        scripts: &[
            (AnyCall, r#"{"kind":"rate_limit"}"#),
            (AnyCall, r#"{"kind":"rate_limit","retry_after":""}"#),
            (AnyCall, r#"{"kind":"rate_limit","retry_after":"0"}"#),
            (AnyCall, r#"{"kind":"rate_limit","retry_after":"-5"}"#),
            (AnyCall, r#"{"kind":"rate_limit","retry_after":"soon"}"#),
            (AnyCall, r#"{"kind":"rate_limit","retry_after":"1000000000"}"#),
            (AnyCall, r#"{"kind":"rate_limit","retry_after":"Sat, 21 Nov 2026 12:10:00 GMT"}"#),
        ],
        tests: &[
            "seconds_and_dates_are_understood_and_nothing_else_is",
            "a_wait_of_hours_is_told_and_not_waited_for",
        ],
    },
    Row {
        fault: "too many requests for minutes on end",
        scripts: &[],
        tests: &[
            "a_minute_of_too_many_requests_is_waited_out",
            "a_minute_of_refusals_is_waited_out_with_few_calls",
        ],
    },
    Row {
        fault: "a code in the answer that says more than its status",
        scripts: &[],
        tests: &[
            "the_number_decides_before_the_status",
            "only_what_smartsheet_says_it_put_off_is_written_again",
            "a_bad_token_is_told_from_a_hidden_board",
            "one_that_fails_in_passing_is_asked_again_alone",
        ],
    },
    Row {
        fault: "server errors",
        scripts: &[
            (AnyCall, r#"{"kind":"status","status":500}"#),
            (AnyCall, r#"{"kind":"status","status":502}"#),
            (AnyCall, r#"{"kind":"status","status":503}"#),
            (AnyCall, r#"{"kind":"status","status":504}"#),
        ],
        tests: &["the_budget_ends"],
    },
    Row {
        fault: "the token is refused midway",
        scripts: &[(AnyCall, r#"{"kind":"status","status":401}"#)],
        tests: &["a_token_that_is_revoked_in_mid_backup_is_told_and_harms_nothing"],
    },
    Row {
        fault: "the token is refused midway and can be renewed",
        scripts: &[(LentAccess, r#"{"kind":"status","status":401,"body":"{}"}"#)],
        tests: &["a_write_that_is_answered_401_is_sent_once_more_and_never_twice"],
    },
    Row {
        fault: "the renewal is refused or fails, or its answer is lost",
        scripts: &[
            (LostAccess, r#"{"kind":"status","status":400,"body":"{\"error\":\"invalid_grant\"}"}"#),
            (LostAccess, r#"{"kind":"status","status":503}"#),
            (LostAccess, r#"{"kind":"drop_before"}"#),
        ],
        tests: &[
            "a_failed_renewal_leaves_the_grant_as_it_was",
            "what_was_stored_before_a_crash_is_a_whole_grant",
            "a_caller_that_gives_up_does_not_cut_a_renewal_off",
        ],
    },
    Row {
        fault: "another account after reconnecting",
        scripts: &[],
        tests: &[
            "a_connection_is_reconnected_by_its_own_person_only",
            "a_token_of_somebody_else_is_refused_and_the_old_one_stays",
        ],
    },
    Row {
        fault: "a right lost midway, for one thing or for all",
        scripts: &[(AnyCall, r#"{"kind":"status","status":403}"#)],
        tests: &["each_role_sees_is_told_and_does_what_it_may"],
    },
    Row {
        fault: "deleted between the list and the reading",
        scripts: &[
            (AnyCall, r#"{"kind":"status","status":404}"#),
            (AnyCall, r#"{"kind":"status","status":410}"#),
        ],
        tests: &["a_board_that_goes_between_listing_and_reading_is_named_and_stays_as_it_was"],
    },
    Row {
        fault: "changed between two pages",
        scripts: &[],
        tests: &["a_change_between_two_pages_is_found_although_its_event_gets_lost"],
    },
    Row {
        fault: "the same entry twice",
        scripts: &[(AnyCall, r#"{"kind":"doubled"}"#), (FurtherPage, r#"{"kind":"doubled"}"#)],
        tests: &[],
    },
    Row {
        fault: "pages that lead in a circle, or whose place was forgotten",
        scripts: &[(FurtherPage, r#"{"kind":"first_page"}"#), (FurtherPage, FORGOTTEN)],
        tests: &[
            "pages_that_lead_in_a_circle_are_a_fault",
            "a_forgotten_place_in_a_list_starts_it_again",
            "short_and_empty_pages_are_not_the_last_ones",
        ],
    },
    Row {
        fault: "exactly as many entries as an answer holds",
        scripts: &[],
        tests: &["every_list_is_read_to_its_end_at_every_length"],
    },
    Row {
        fault: "a file whose address has ended, of another size, or a page in its place",
        scripts: &[],
        tests: &[
            "a_file_that_does_not_come_as_promised_is_named_and_fetched_next_time",
            "another_size_or_a_page_of_unknown_size_is_never_taken_for_the_file",
        ],
    },
    Row {
        fault: "an answer missing in a batch",
        scripts: &[
            (AnyCall, r#"{"kind":"one_missing","path":"*/batch"}"#),
            (AnyCall, r#"{"kind":"one_missing","method":"POST"}"#),
            (AnyCall, r#"{"kind":"one_missing","method":"PUT"}"#),
        ],
        tests: &["lists_travel_in_tens_and_each_has_its_own_outcome"],
    },
    Row {
        fault: "the answer is lost although the work was done",
        scripts: &[
            (AnyCall, r#"{"kind":"drop_after"}"#),
            (AnyCall, r#"{"kind":"status_after","status":502}"#),
            (AnyCall, r#"{"kind":"status_after","status":429}"#),
        ],
        tests: &["a_lost_answer_to_any_write_makes_no_duplicate"],
    },
    Row {
        fault: "what was made does not show for a minute",
        scripts: &[
            (AnyCall, r#"{"kind":"drop_after","method":"POST","hidden_ms":60000}"#),
            (AnyCall, r#"{"kind":"delay","method":"POST","hidden_ms":60000}"#),
        ],
        tests: &["what_does_not_show_at_once_is_looked_for_again_and_not_made_twice"],
    },
    Row {
        fault: "a limit of the target",
        scripts: &[],
        tests: &["every_container_of_the_nasty_world_can_be_copied_and_replaced"],
    },
    Row {
        fault: "stopped on request",
        scripts: &[],
        tests: &[
            "a_stopped_backup_ends_clean_and_no_attachment_is_fetched_twice",
            "a_request_to_stop_is_heeded_before_the_next_wave",
        ],
    },
    Row {
        fault: "two at once",
        scripts: &[],
        tests: &[
            "a_vault_that_is_in_use_is_not_opened_twice",
            "a_process_that_was_stopped_for_too_long_cannot_commit",
        ],
    },
    Row {
        fault: "killed, and resumed by another process",
        scripts: &[],
        tests: &["a_process_that_dies_after_any_durable_record_can_be_resumed"],
    },
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::ROWS;

    fn sources(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push_str(&fs::read_to_string(path).unwrap_or_default());
            }
        }
    }

    #[test]
    fn every_row_names_tests_that_exist() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut code = String::new();
        ["src", "tests/it"].map(|folder| sources(&root.join(folder), &mut code));
        for row in ROWS {
            assert!(!row.scripts.is_empty() || !row.tests.is_empty(), "nothing tests: {}", row.fault);
            for test in row.tests {
                assert!(code.contains(&format!("fn {test}()")), "{}: there is no test {test}", row.fault);
            }
        }
    }

    #[test]
    fn every_row_is_in_the_documents() {
        let page =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md")).unwrap();
        for row in ROWS {
            assert!(page.contains(&format!("| {} |", row.fault)), "docs/reliability.md lacks: {}", row.fault);
        }
    }
}
