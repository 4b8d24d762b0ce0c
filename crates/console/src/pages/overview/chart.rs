//! What was decided day by day, as a drawing and as a table.
//!
//! The drawing is of bars in a box of fixed units that the browser stretches;
//! what is written stands around it, so that it is as large as any text.

use pullgate_admin::DecisionSummary;
use pullgate_policy::{Category, Outcome};
use pullgate_store::Day;

use crate::page::{counted, grouped};
use crate::words;

/// The categories, from the bottom of a bar to its top.
const CATEGORIES: [Category; 5] = [
    Category::Organization,
    Category::Official,
    Category::VerifiedPublisher,
    Category::SponsoredOss,
    Category::Community,
];

/// How high a panel is, in its own units.
const HEIGHT: u64 = 1_000;

/// The least that is seen of what is there at all.
const LEAST: u64 = 15;

/// The drawing and the table.
pub(super) struct Chart {
    /// Whether nothing was decided in all these days.
    pub(super) is_empty: bool,
    pub(super) panels: Vec<Panel>,
    /// The class of its colour and the name of each category.
    pub(super) legend: Vec<(&'static str, &'static str)>,
    /// The first day and the last.
    pub(super) first: String,
    pub(super) last: String,
    /// The days on which something was decided, the latest first.
    pub(super) rows: Vec<DayRow>,
}

/// How much ended in one way, day by day.
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) total: String,
    /// What the highest bar stands for.
    pub(super) most: String,
    pub(super) width: usize,
    pub(super) bars: Vec<Bar>,
}

/// A day.
pub(super) struct Bar {
    /// What is read when it is pointed at.
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
}

/// A category of a day.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// A day of the table.
pub(super) struct DayRow {
    pub(super) day: String,
    /// By category, in words.
    pub(super) cells: Vec<(&'static str, String)>,
}

/// How much was decided on each of the days, by outcome and category.
struct Days {
    names: Vec<String>,
    /// By day, then by the place of the category.
    allowed: Vec<[u64; 5]>,
    monitored: Vec<[u64; 5]>,
    denied: Vec<[u64; 5]>,
}

impl Days {
    fn new(summary: &DecisionSummary) -> Self {
        let (first, last) = (Day::from(summary.first), Day::from(summary.last));
        let mut days = Vec::new();
        let mut day = first;
        while day <= last {
            days.push(day);
            day = day.next();
        }
        let none = vec![[0; 5]; days.len()];
        let name = |day: &Day| {
            let date = day.date();
            date.map_or_else(String::new, |date| date.strftime("%-d %b").to_string())
        };
        let mut sums = Self {
            names: days.iter().map(name).collect(),
            allowed: none.clone(),
            monitored: none.clone(),
            denied: none,
        };
        for total in &summary.totals.totals {
            let place = CATEGORIES.iter().position(|each| *each == total.category);
            let day = days.iter().position(|day| *day == total.day);
            if let (Some(place), Some(day)) = (place, day) {
                sums.of(total.outcome)[day][place] += total.decisions;
            }
        }
        sums
    }

    fn of(&mut self, outcome: Outcome) -> &mut Vec<[u64; 5]> {
        match outcome {
            Outcome::Allowed => &mut self.allowed,
            Outcome::Monitored => &mut self.monitored,
            Outcome::Denied => &mut self.denied,
        }
    }
}

impl Chart {
    pub(super) fn new(summary: &DecisionSummary) -> Self {
        let days = Days::new(summary);
        let panels = [
            ("allowed", "Allowed", &days.allowed),
            ("monitored", "Would be denied", &days.monitored),
            ("denied", "Denied", &days.denied),
        ];
        let panels: Vec<Panel> = panels
            .into_iter()
            // Nothing is monitored where that mode is not used.
            .filter(|(word, _, sums)| *word != "monitored" || total(sums) > 0)
            .map(|(_, title, sums)| Panel::new(title, sums, &days.names))
            .collect();
        let seen = CATEGORIES.iter().enumerate().filter(|(place, _)| {
            let sums = [&days.allowed, &days.monitored, &days.denied];
            sums.iter()
                .any(|sums| sums.iter().any(|day| day[*place] > 0))
        });
        let names = (days.names.first(), days.names.last());
        Self {
            is_empty: [&days.allowed, &days.monitored, &days.denied]
                .iter()
                .all(|sums| total(sums) == 0),
            panels,
            legend: seen
                .map(|(_, category)| (category.as_str(), words::category(*category).text))
                .collect(),
            first: names.0.cloned().unwrap_or_default(),
            last: names.1.cloned().unwrap_or_default(),
            rows: rows(&days),
        }
    }
}

impl Panel {
    fn new(title: &'static str, sums: &[[u64; 5]], names: &[String]) -> Self {
        let highest = sums.iter().map(|day| day.iter().sum()).max();
        let highest: u64 = highest.unwrap_or_default();
        let bars = sums.iter().zip(names).enumerate();
        Self {
            title,
            total: grouped(total(sums)),
            most: counted(highest, "on the busiest day", "on the busiest day"),
            width: sums.len() * 10,
            bars: bars
                .filter(|(_, (day, _))| day.iter().any(|sum| *sum > 0))
                .map(|(place, (day, name))| Bar {
                    title: format!(
                        "{name}: {} {}",
                        grouped(day.iter().sum()),
                        title.to_lowercase()
                    ),
                    parts: parts(day, highest, place * 10 + 1),
                })
                .collect(),
        }
    }
}

/// A day's bar, from the bottom up.
fn parts(day: &[u64; 5], highest: u64, x: usize) -> Vec<Part> {
    let mut top = HEIGHT;
    let mut parts = Vec::new();
    for (sum, category) in day.iter().zip(CATEGORIES) {
        if *sum == 0 {
            continue;
        }
        let height = sum.saturating_mul(HEIGHT) / highest.max(1);
        let height = height.max(LEAST).min(top);
        top -= height;
        parts.push(Part {
            class: category.as_str(),
            x,
            y: top,
            height,
        });
    }
    parts
}

fn rows(days: &Days) -> Vec<DayRow> {
    let row = |(day, name): (usize, &String)| {
        let cell = |place: usize| {
            let sums = [
                (days.allowed[day][place], "allowed"),
                (days.monitored[day][place], "would be denied"),
                (days.denied[day][place], "denied"),
            ];
            let told: Vec<String> = sums
                .into_iter()
                .filter(|(sum, _)| *sum > 0)
                .map(|(sum, what)| format!("{} {what}", grouped(sum)))
                .collect();
            told.join(", ")
        };
        let cells = CATEGORIES.iter().enumerate();
        DayRow {
            day: name.clone(),
            cells: cells
                .map(|(place, category)| (words::category(*category).text, cell(place)))
                .filter(|(_, told)| !told.is_empty())
                .collect(),
        }
    };
    let rows = days.names.iter().enumerate().map(row);
    let mut rows: Vec<DayRow> = rows.filter(|row| !row.cells.is_empty()).collect();
    rows.reverse();
    rows
}

fn total(sums: &[[u64; 5]]) -> u64 {
    sums.iter().flatten().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_stands_on_the_ground_and_shows_all_that_is_there() {
        let bar = parts(&[900, 1, 0, 0, 99], 1_000, 11);
        let heights: Vec<_> = bar
            .iter()
            .map(|part| (part.class, part.y, part.height))
            .collect();
        assert_eq!(
            heights,
            [
                ("organization", 100, 900),
                ("official", 85, 15),
                ("community", 0, 85)
            ]
        );
        assert!(parts(&[0; 5], 0, 1).is_empty());
    }
}
