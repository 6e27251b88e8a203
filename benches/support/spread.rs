//! Several measurements of the same thing.

/// Measurements in the order of their size. There is at least one.
#[derive(Clone, Debug)]
pub struct Spread(Vec<f64>);

impl Spread {
    /// These measurements.
    ///
    /// # Panics
    /// Without any.
    pub fn of(mut measured: Vec<f64>) -> Self {
        assert!(!measured.is_empty(), "nothing was measured");
        measured.sort_by(f64::total_cmp);
        Self(measured)
    }

    /// The one in the middle.
    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    /// The smallest.
    pub fn least(&self) -> f64 {
        self.0[0]
    }

    /// The largest.
    pub fn most(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// The ratios of pairs that were measured one right after the other, so that both had the same
/// neighbours.
pub fn ratios(above: &[f64], below: &[f64]) -> Spread {
    Spread::of(above.iter().zip(below).map(|(a, b)| a / b).collect())
}
