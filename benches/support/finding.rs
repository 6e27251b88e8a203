//! What a benchmark found, in a form that can be printed and written down.

use std::fmt::Write as _;

use super::spread::Spread;

/// What one benchmark found.
#[derive(Debug)]
pub struct Finding {
    /// What was measured, as a heading.
    pub title: &'static str,
    /// How, in Markdown.
    pub how: String,
    /// What was asked for, and what came out.
    pub goals: Vec<Goal>,
    /// The absolute figures behind it.
    pub figures: Vec<Figure>,
    /// The arguments of `make bench` that measure this alone.
    pub arguments: &'static str,
}

/// Something that was asked for.
#[derive(Debug)]
pub struct Goal {
    /// In words.
    pub says: &'static str,
    /// What came out.
    pub measured: Spread,
    /// Its unit, such as ` ms`.
    pub unit: &'static str,
    /// What the median must not pass.
    pub bound: Bound,
    /// Whether the worst measurement must keep the bound, too.
    pub even_the_worst: bool,
}

/// Which side of a bound is the good one.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// An absolute figure.
#[derive(Debug)]
pub struct Figure {
    /// Of what.
    pub what: String,
    /// How much.
    pub measured: Spread,
    /// Of which unit.
    pub unit: &'static str,
}

impl Goal {
    /// Whether it is met.
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) if self.even_the_worst => self.measured.most() <= bound,
            Bound::AtLeast(bound) if self.even_the_worst => self.measured.least() >= bound,
            Bound::AtMost(bound) => self.measured.median() <= bound,
            Bound::AtLeast(bound) => self.measured.median() >= bound,
        }
    }

    /// Met or missed, in a word.
    pub fn verdict(&self) -> &'static str {
        if self.is_met() { "met" } else { "**missed**" }
    }
}

impl Finding {
    /// Whether all goals are met.
    pub fn is_met(&self) -> bool {
        self.goals.iter().all(Goal::is_met)
    }

    /// The absolute figures as rows of a Markdown table.
    pub fn table(&self) -> String {
        let mut text =
            String::from("| | median | least | most | measurements |\n|---|---:|---:|---:|---:|\n");
        for figure in &self.figures {
            let (of, unit) = (&figure.measured, figure.unit);
            let _ = writeln!(
                text,
                "| {} | {} {unit} | {} {unit} | {} {unit} | {} |",
                figure.what,
                number(of.median()),
                number(of.least()),
                number(of.most()),
                of.count()
            );
        }
        text
    }

    /// All of it for a terminal.
    pub fn as_text(&self) -> String {
        let mut text = String::new();
        for goal in &self.goals {
            let (of, unit) = (&goal.measured, goal.unit);
            let _ = writeln!(
                text,
                "{}: {}{unit} ({} to {}): {}",
                goal.says,
                number(of.median()),
                number(of.least()),
                number(of.most()),
                goal.verdict()
            );
        }
        for figure in &self.figures {
            let (of, unit) = (&figure.measured, figure.unit);
            let _ = writeln!(
                text,
                "  {:<64}{:>10} {unit}  ({} to {})",
                figure.what,
                number(of.median()),
                number(of.least()),
                number(of.most())
            );
        }
        text
    }
}

/// A figure with as many places as it deserves.
pub fn number(figure: f64) -> String {
    match figure.abs() {
        large if large >= 100.0 => format!("{figure:.0}"),
        middle if middle >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
