//! Random worlds, random damage: what plans promise holds when they are carried out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use crate::model::grants::{Grant, Rule, Verb};
use crate::model::origins::OriginMap;
use crate::model::{Kind, RecordKey, ops};
use crate::plan::testing::account::{described, remove};
use crate::plan::testing::{Account, PLATFORM, World, check_order, compare, request, shown, world};
use crate::plan::types::{Action, Mode, Verdict};

/// A world of one workspace with one or two boards.
fn any_world(seed: u64) -> World {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut text = "workspace w Acme\n".to_owned();
    let mut cards = Vec::new();
    for board in 0..rng.u8(1..3) {
        let b = format!("b{board}");
        writeln!(text, " board {b} Board_{board} desc=about_#{b}l0c0").unwrap();
        text += "  member ann normal\n  member bob normal\n";
        writeln!(text, "  label {b}x Red{board} color=red\n  label {b}y Green{board}").unwrap();
        writeln!(text, "  field {b}f Effort\n   option {b}o Small\n   option {b}p Big").unwrap();
        for list in 0..rng.u8(1..4) {
            let l = format!("{b}l{list}");
            writeln!(text, "  list {l} List_{l} pos={list} closed={}", rng.bool()).unwrap();
            for card in 0..rng.u8(0..4) {
                let c = format!("{l}c{card}");
                let link = if cards.is_empty() { c.clone() } else { rng.choice(&cards).cloned().unwrap() };
                writeln!(text, "   card {c} Card_{c} desc=see_#{link} labels={b}x, members=ann,").unwrap();
                writeln!(
                    text,
                    "    value {c}:{b}f {card} field={b}f option={b}{}",
                    if rng.bool() { 'o' } else { 'p' }
                )
                .unwrap();
                writeln!(text, "    checklist {c}h Todo_{c}\n    file {c}a File_{c}").unwrap();
                writeln!(text, "    comment {c}k Says_#{c} author=ann").unwrap();
                cards.push(c);
            }
        }
    }
    world(&text)
}

/// Deletions with all that lies below, edits, and additions.
fn damaged(world: &World, seed: u64) -> World {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut live = world.clone();
    for _ in 0..rng.u8(0..6) {
        let keys: Vec<RecordKey> = live.keys().filter(|key| key.kind != Kind::Workspace).cloned().collect();
        let Some(key) = rng.choice(&keys) else { break };
        match rng.u8(0..4) {
            0 => remove(&mut live, key),
            1 if key.kind == Kind::Item => {
                let record = live.get_mut(key).unwrap();
                record.native["name"] = json!(format!("edited {}", rng.u8(..)));
                record.native["labels"] = json!([]);
                record.native["closed"] = json!(rng.bool());
            }
            2 if key.kind == Kind::Section => {
                let mut copy = live[key].clone();
                copy.key.id = format!("{}new", key.id).into();
                copy.native["name"] = json!("Newer");
                live.insert(copy.key.clone(), copy);
            }
            3 if key.kind == Kind::Section => {
                live.get_mut(key).unwrap().native["closed"] = json!(rng.bool());
            }
            _ => {}
        }
    }
    live
}

/// A world without where its links lead: texts that merge found as in the backup keep their old links.
fn unlinked(world: &World) -> Vec<String> {
    let mut world = world.clone();
    for record in world.values_mut() {
        for field in ["desc", "text"] {
            if let Some(text) = record.native[field].as_str() {
                record.native[field] = ops::rewrite_links(&PLATFORM, text, |_| Some("x".into())).into();
            }
        }
    }
    described(&world)
}

/// The lines of `wanted` that are not in `found`, counting how often each is there.
fn missing(wanted: &[String], found: &[String]) -> Vec<String> {
    let mut found = found.to_vec();
    let absent = |line: &&String| match found.iter().position(|other| other == *line) {
        Some(at) => {
            found.swap_remove(at);
            false
        }
        None => true,
    };
    wanted.iter().filter(absent).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merge_brings_everything_back_and_a_second_merge_has_nothing_to_do(seed: u64) {
        let desired = any_world(seed);
        let live = damaged(&desired, seed ^ 1);
        let plan = request(Mode::Merge).plan(&desired, &live);
        check_order(&plan);
        let mut account = Account::new(live);
        account.apply(&plan);
        let gone = missing(&unlinked(&desired), &unlinked(&account.live));
        prop_assert!(gone.is_empty(), "{gone:#?}\n{}", shown(&plan));
        let mut again = request(Mode::Merge);
        again.origins = account.origins.iter().cloned().collect::<OriginMap>();
        let second = again.plan(&desired, &account.live);
        prop_assert_eq!(second.verdict, Verdict::NothingToDo, "{}", shown(&second));
    }

    #[test]
    fn delete_before_gives_exactly_the_backup(seed: u64) {
        let desired = any_world(seed);
        let live = damaged(&desired, seed ^ 2);
        for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
            let plan = request(mode).plan(&desired, &live);
            check_order(&plan);
            let mut account = Account::new(live.clone());
            account.apply(&plan);
            prop_assert_eq!(described(&account.live), described(&desired));
        }
    }

    #[test]
    fn a_refuge_takes_whatever_its_workspace_does_not(seed: u64) {
        let mut desired = any_world(seed);
        desired.extend(world("workspace h Mine"));
        let live = damaged(&desired, seed ^ 6);
        let restricted = |mode| {
            let may_not = Rule { kind: Some(Kind::Container), verb: Some(Verb::Create), grant: Grant::Denied("no".into()) };
            let mut request = request(mode);
            request.grants.containers.insert("w".into(), vec![may_not]);
            request.grants.refuge = Some("h".into());
            request
        };
        let mut account = Account::new(live.clone());
        let plan = restricted(Mode::Merge).plan(&desired, &live);
        check_order(&plan);
        account.apply(&plan);
        let mut again = restricted(Mode::Merge);
        again.origins = account.origins.iter().cloned().collect::<OriginMap>();
        let second = again.plan(&desired, &account.live);
        prop_assert_eq!(second.verdict, Verdict::NothingToDo, "{}", shown(&second));
        let mut replaced = Account::new(live.clone());
        replaced.apply(&restricted(Mode::DeleteBefore).plan(&desired, &live));
        prop_assert!(live.keys().all(|key| replaced.live.contains_key(key)), "what is there is not replaced from there");
        let mut copied = Account::new(live.clone());
        copied.apply(&restricted(Mode::Copy).plan(&desired, &live));
        for key in live.keys().filter(|key| key.kind == Kind::Container) {
            remove(&mut copied.live, key);
        }
        let boards = |world: &World| {
            let lines = described(world).into_iter().filter(|line| !line.starts_with("workspace"));
            lines.map(|line| line.replace("Acme", "Mine").replace(" (restored 2026-11-21)", "")).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(boards(&copied.live), boards(&desired));
    }

    #[test]
    fn a_copy_of_a_workspace_equals_it_and_leaves_the_old_one_alone(seed: u64) {
        let desired = any_world(seed);
        let mut account = Account::new(desired.clone());
        account.apply(&request(Mode::Copy).only(&["w/workspace/w"]).plan(&desired, &desired));
        let (old, new): (World, World) =
            account.live.into_iter().partition(|(key, _)| desired.contains_key(key));
        prop_assert_eq!(&old, &desired);
        let new: Vec<_> =
            described(&new).iter().map(|line| line.replace(" (restored 2026-11-21)", "")).collect();
        prop_assert_eq!(new, described(&desired));
    }

    #[test]
    fn undo_leads_back(seed: u64) {
        let desired = any_world(seed);
        let before = damaged(&desired, seed ^ 3);
        let mut account = Account::new(before.clone());
        account.apply(&request(Mode::Merge).plan(&desired, &before));
        let mut undo = request(Mode::Undo);
        undo.undo = Some(account.done.clone());
        undo.origins = account.origins.iter().cloned().collect::<OriginMap>();
        let plan = undo.plan(&before, &account.live);
        check_order(&plan);
        account.apply(&plan);
        // Lists that the run made can only be archived.
        let made = |key: &RecordKey| key.kind == Kind::Section && !before.contains_key(key);
        account.live.retain(|key, _| !made(key));
        prop_assert_eq!(described(&account.live), described(&before), "{}", shown(&plan));
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(seed: u64) {
        let desired = any_world(seed);
        let comparison = compare(&desired, &damaged(&desired, seed ^ 4));
        let mut shuffled = comparison.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled.pairs);
        for mode in [Mode::Merge, Mode::Copy, Mode::DeleteBefore] {
            prop_assert_eq!(request(mode).try_plan(&comparison), request(mode).try_plan(&shuffled));
        }
    }

    #[test]
    fn what_is_denied_is_never_a_step(seed: u64, rank in 0..Kind::ALL.len(), verb in 0..3) {
        let kind = Kind::ALL[rank];
        let (verb, actions): (Verb, &[Action]) = match verb {
            0 => (Verb::Create, &[Action::Create]),
            1 => (Verb::Update, &[Action::Archive]),
            _ => (Verb::Delete, &[Action::Delete]),
        };
        let desired = any_world(seed);
        let live = damaged(&desired, seed ^ 5);
        for mode in [Mode::Merge, Mode::Copy, Mode::DeleteBefore] {
            let mut request = request(mode);
            request.grants.account = vec![Rule { kind: Some(kind), verb: Some(verb), grant: Grant::Denied("no".into()) }];
            let plan = request.plan(&desired, &live);
            check_order(&plan);
            prop_assert!(!plan.steps.iter().any(|step| step.subject.kind == kind && actions.contains(&step.action)));
        }
    }
}
