//! Which snapshots to keep. Pure: the same snapshots, rules and time give the same answer.
//!
//! A rule says how many snapshots of each day, week, month or year stay once the whole of it is so many days ago. Where
//! there are more, those that stay are spread evenly over it. The order is that of the log; clocks only tell ages.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;
/// No rule looks back further, in days.
const MAX_DAYS: u32 = 36_500;

/// A stretch of the calendar, in UTC. Weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// How many snapshots of a period stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rule {
    /// Holds for periods that ended so many days ago, or more.
    pub from_days: u32,
    /// How many stay; 0: none.
    pub keep: u32,
    /// Of each of these.
    pub per: Period,
}

/// Rules of different ages. For each snapshot the one that reaches back furthest counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rule>", into = "Vec<Rule>")]
pub struct Policy(Vec<Rule>);

/// A snapshot, as far as the rules look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment<L> {
    /// Snapshots of different lanes have nothing to do with each other.
    pub lane: L,
    /// When it was taken, in milliseconds since 1970, UTC.
    pub at: i64,
    /// It stays whatever the rules say, and does not count among those that they keep.
    pub protected: bool,
}

/// What the rules say about a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It stays whatever the rules say.
    Protected,
    /// No rule holds for it yet.
    Young,
    /// It is one of those that this rule keeps.
    Kept(Rule),
    /// This rule lets it go.
    Forget(Rule),
}

/// The text or the list is no set of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The text is not a rule.
    #[error(
        "`{0}` is not a rule; write FROM:KEEP/PERIOD, for example `30:1/day` (days old : how many / of each day, week, \
         month or year)"
    )]
    NotARule(String),
    /// Two rules begin at the same age.
    #[error("two rules begin at {0} days; give each age one rule")]
    SameAge(u32),
    /// An age is beyond all reason.
    #[error("{0} days are more than a hundred years")]
    TooOld(u32),
}

impl Policy {
    /// Rules in any order.
    pub fn new(mut rules: Vec<Rule>) -> Result<Self, PolicyError> {
        rules.sort_unstable();
        let same = rules.iter().zip(rules.iter().skip(1)).find(|(a, b)| a.from_days == b.from_days);
        if let Some((rule, _)) = same {
            return Err(PolicyError::SameAge(rule.from_days));
        }
        match rules.last() {
            Some(oldest) if oldest.from_days > MAX_DAYS => Err(PolicyError::TooOld(oldest.from_days)),
            _ => Ok(Self(rules)),
        }
    }

    /// What `retention set` takes without rules: after 30 days one a day, after 60 one a week, after 120 one a month,
    /// after a year four a year.
    pub fn usual() -> Self {
        let rule = |from_days, keep, per| Rule { from_days, keep, per };
        Self(vec![
            rule(30, 1, Period::Day),
            rule(60, 1, Period::Week),
            rule(120, 1, Period::Month),
            rule(365, 4, Period::Year),
        ])
    }

    /// The rules, the youngest age first.
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }

    /// Decides on each of `moments`, which come in the order of the log.
    pub fn decide<L: Ord + Clone>(&self, moments: &[Moment<L>], now: i64) -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::Young; moments.len()];
        let mut groups: BTreeMap<(L, Rule, Date), Vec<usize>> = BTreeMap::new();
        for ((at, moment), verdict) in moments.iter().enumerate().zip(&mut verdicts) {
            if moment.protected {
                *verdict = Verdict::Protected;
            } else if let Some((rule, begin)) = self.rule_for(moment.at, now) {
                groups.entry((moment.lane.clone(), rule, begin)).or_default().push(at);
            }
        }
        for ((_, rule, _), group) in groups {
            let kept = survivors(group.len(), rule.keep as usize);
            for (place, at) in group.into_iter().enumerate() {
                let stays = kept.binary_search(&place).is_ok();
                if let Some(verdict) = verdicts.get_mut(at) {
                    *verdict = if stays { Verdict::Kept(rule) } else { Verdict::Forget(rule) };
                }
            }
        }
        verdicts
    }

    /// The rule that holds for a time, and the first day of the period in which the time lies.
    fn rule_for(&self, at: i64, now: i64) -> Option<(Rule, Date)> {
        let date = Timestamp::from_millisecond(at).ok()?.to_zoned(TimeZone::UTC).date();
        self.0.iter().rev().find_map(|rule| {
            let (begin, end) = rule.per.around(date)?;
            let end = end.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
            let age = i64::from(rule.from_days).saturating_mul(DAY_MS);
            (end.saturating_add(age) <= now).then_some((*rule, begin))
        })
    }
}

impl Period {
    /// The first day of the period with `date` in it, and of the next one.
    fn around(self, date: Date) -> Option<(Date, Date)> {
        let (begin, len) = match self {
            Self::Day => (date, 1.day()),
            Self::Week => {
                let since = i64::from(date.weekday().to_monday_zero_offset());
                (date.checked_sub(since.days()).ok()?, 7.days())
            }
            Self::Month => (date.first_of_month(), 1.month()),
            Self::Year => (date.first_of_year(), 1.year()),
        };
        Some((begin, begin.checked_add(len).ok()?))
    }
}

/// The places, of `count`, that stay when `keep` may: the last of each of `keep` parts whose lengths differ by one at
/// most, longer parts first.
fn survivors(count: usize, keep: usize) -> Vec<usize> {
    if keep == 0 {
        return Vec::new();
    }
    let parts = keep.min(count);
    let (short, longer) = (count.checked_div(parts).unwrap_or(0), count.checked_rem(parts).unwrap_or(0));
    let ends = (1..=parts).map(|part| part * short + part.min(longer));
    ends.filter_map(|end| end.checked_sub(1)).collect()
}

impl TryFrom<Vec<Rule>> for Policy {
    type Error = PolicyError;

    fn try_from(rules: Vec<Rule>) -> Result<Self, PolicyError> {
        Self::new(rules)
    }
}

impl From<Policy> for Vec<Rule> {
    fn from(policy: Policy) -> Self {
        policy.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        })
    }
}

/// As it is typed: `30:1/day`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.from_days, self.keep, self.per)
    }
}

impl FromStr for Rule {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let parse = || {
            let (from, rest) = text.split_once(':')?;
            let (keep, per) = rest.split_once('/')?;
            let per = [Period::Day, Period::Week, Period::Month, Period::Year]
                .into_iter()
                .find(|period| period.to_string() == per)?;
            Some(Self { from_days: from.parse().ok()?, keep: keep.parse().ok()?, per })
        };
        parse().ok_or_else(|| PolicyError::NotARule(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::prolly::testing::config;

    fn ms(time: &str) -> i64 {
        time.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn policy(rules: &[&str]) -> Policy {
        Policy::new(rules.iter().map(|rule| rule.parse().unwrap()).collect()).unwrap()
    }

    fn moments(times: &[&str]) -> Vec<Moment<u8>> {
        times.iter().map(|time| Moment { lane: 0, at: ms(time), protected: false }).collect()
    }

    /// The times that are let go.
    fn gone<'t>(policy: &Policy, times: &[&'t str], now: &str) -> Vec<&'t str> {
        let verdicts = policy.decide(&moments(times), ms(now));
        let goes = |(_, verdict): &(&&str, Verdict)| matches!(verdict, Verdict::Forget(_));
        times.iter().zip(verdicts).filter(goes).map(|(time, _)| *time).collect()
    }

    #[test]
    fn eight_of_which_three_stay_are_parts_of_three_three_and_two() {
        assert_eq!(survivors(8, 3), [2, 5, 7]);
        assert_eq!(survivors(3, 8), [0, 1, 2]);
        assert_eq!(survivors(5, 0), Vec::<usize>::new());
        assert_eq!(survivors(0, 3), Vec::<usize>::new());
    }

    #[test]
    fn a_period_is_thinned_once_all_of_it_is_old_enough() {
        let times = ["2026-03-02T01:00:00Z", "2026-03-02T23:00:00Z", "2026-03-03T12:00:00Z"];
        let daily = policy(&["30:1/day"]);
        assert_eq!(gone(&daily, &times, "2026-04-01T23:59:59Z"), Vec::<&str>::new());
        assert_eq!(gone(&daily, &times, "2026-04-02T00:00:00Z"), [times[0]]);
        let weekly = policy(&["30:1/week"]);
        assert_eq!(gone(&weekly, &times, "2026-04-07T23:59:59Z"), Vec::<&str>::new());
        assert_eq!(gone(&weekly, &times, "2026-04-08T00:00:00Z"), times[..2]);
    }

    #[test]
    fn the_rule_that_reaches_back_furthest_counts() {
        let both = policy(&["60:1/week", "30:1/day"]);
        let times = ["2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z", "2026-03-03T13:00:00Z"];
        assert_eq!(gone(&both, &times, "2026-05-01T00:00:00Z"), [times[1]]);
        assert_eq!(gone(&both, &times, "2026-05-08T00:00:00Z"), times[..2]);
    }

    #[test]
    fn rules_read_as_they_are_written() {
        for text in ["30:1/day", "0:0/week", "120:12/month", "365:4/year"] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        for bad in ["", "30", "30:1", "30:1/hour", "-1:1/day", "30:x/day"] {
            assert!(bad.parse::<Rule>().is_err(), "{bad}");
        }
        let rule = |text: &str| text.parse::<Rule>().unwrap();
        assert_eq!(Policy::new(vec![rule("30:1/day"), rule("30:2/week")]), Err(PolicyError::SameAge(30)));
        assert_eq!(Policy::new(vec![rule("36501:1/day")]), Err(PolicyError::TooOld(36_501)));
        let stored = serde_json::to_string(&Policy::usual()).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&stored).unwrap(), Policy::usual());
    }

    fn rules() -> impl Strategy<Value = Policy> {
        let per = prop_oneof![Just(Period::Day), Just(Period::Week), Just(Period::Month), Just(Period::Year)];
        prop::collection::btree_map(0_u32..400, (0_u32..4, per), 0..4).prop_map(|rules| {
            let rule = |(from_days, (keep, per))| Rule { from_days, keep, per };
            Policy::new(rules.into_iter().map(rule).collect()).unwrap()
        })
    }

    /// Two lanes over 800 days, every tenth one protected; clocks that jump are welcome.
    fn history() -> impl Strategy<Value = Vec<Moment<u8>>> {
        let moment = (0_u8..2, 0_i64..800 * 24, 0_u8..10).prop_map(|(lane, hour, dice)| Moment {
            lane,
            at: hour * 3_600_000,
            protected: dice == 0,
        });
        prop::collection::vec(moment, 0..120)
    }

    proptest! {
        #![proptest_config(config(128))]
        #[test]
        fn parts_are_even_and_the_newest_of_each_stays(count in 0_usize..200, keep in 0_usize..50) {
            let kept = survivors(count, keep);
            prop_assert_eq!(kept.len(), keep.min(count));
            let begins = std::iter::once(0).chain(kept.iter().map(|last| last + 1));
            let lens: Vec<usize> = kept.iter().zip(begins).map(|(last, begin)| last + 1 - begin).collect();
            prop_assert!(lens.is_sorted_by(|a, b| a >= b), "{lens:?}");
            prop_assert!(lens.first().unwrap_or(&0) - lens.last().unwrap_or(&0) <= 1, "{lens:?}");
            if keep > 0 {
                prop_assert_eq!(lens.iter().sum::<usize>(), count);
            }
        }

        #[test]
        fn deciding_again_on_what_is_left_lets_nothing_more_go(
            policy in rules(), moments in history(), now in 0_i64..1600
        ) {
            let now = now * DAY_MS;
            let verdicts = policy.decide(&moments, now);
            let left: Vec<Moment<u8>> = moments.iter().zip(&verdicts)
                .filter(|(_, verdict)| !matches!(verdict, Verdict::Forget(_)))
                .map(|(moment, _)| moment.clone()).collect();
            let again = policy.decide(&left, now);
            prop_assert!(!again.iter().any(|verdict| matches!(verdict, Verdict::Forget(_))));
        }

        #[test]
        fn each_is_judged_by_the_right_rule(policy in rules(), moments in history(), now in 0_i64..1600) {
            let now = now * DAY_MS;
            for (moment, verdict) in moments.iter().zip(policy.decide(&moments, now)) {
                prop_assert_eq!(moment.protected, verdict == Verdict::Protected);
                match verdict {
                    Verdict::Forget(rule) | Verdict::Kept(rule) => {
                        prop_assert!(now - moment.at >= i64::from(rule.from_days) * DAY_MS);
                    }
                    Verdict::Young => {
                        // A year after the age of every rule none can be waiting for its period to end.
                        let oldest = policy.rules().first().map(|rule| i64::from(rule.from_days) + 366);
                        prop_assert!(oldest.is_none_or(|days| now - moment.at < days * DAY_MS));
                    }
                    Verdict::Protected => {}
                }
            }
        }

        #[test]
        fn lanes_do_not_see_each_other(policy in rules(), moments in history(), now in 0_i64..1600) {
            let now = now * DAY_MS;
            let together = policy.decide(&moments, now);
            for lane in 0..2 {
                let own: Vec<Moment<u8>> =
                    moments.iter().filter(|moment| moment.lane == lane).cloned().collect();
                let alone = policy.decide(&own, now);
                let of_all = moments.iter().zip(&together).filter(|(moment, _)| moment.lane == lane);
                prop_assert_eq!(of_all.map(|(_, verdict)| *verdict).collect::<Vec<_>>(), alone);
            }
        }
    }
}
