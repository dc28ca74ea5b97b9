//! How long something takes, each time anew.
//!
//! Drawn with whole numbers alone, so that a run is the same on every machine.

use crate::base::SimDuration;
use crate::base::seed::Random;

/// How lengths of time are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Always the same.
    Fixed(SimDuration),
    /// Anything between, each as likely.
    Uniform(SimDuration, SimDuration),
    /// Anything between `low` and `high`, and now and then longer: one in four is doubled, one in four of those again,
    /// and so on up to `max`.
    LongTail {
        /// The shortest.
        low: SimDuration,
        /// The longest of those that are not doubled.
        high: SimDuration,
        /// The longest of all.
        max: SimDuration,
    },
}

impl From<(SimDuration, SimDuration)> for Spread {
    fn from((low, high): (SimDuration, SimDuration)) -> Self {
        if low == high { Self::Fixed(low) } else { Self::Uniform(low, high) }
    }
}

impl From<SimDuration> for Spread {
    fn from(time: SimDuration) -> Self {
        Self::Fixed(time)
    }
}

impl Spread {
    /// A length of time.
    pub(super) fn draw(self, random: &mut Random) -> SimDuration {
        match self {
            Self::Fixed(time) => time,
            Self::Uniform(low, high) => random.duration(low, high),
            Self::LongTail { low, high, max } => {
                let mut time = random.duration(low, high);
                while time < max && !time.is_zero() && random.below(4) == 0 {
                    time = time.saturating_add(time).min(max);
                }
                time
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Seed;

    const fn ms(n: u64) -> SimDuration {
        SimDuration::from_millis(n)
    }

    #[test]
    fn times_stay_where_they_are_said_to() {
        let mut random = Seed(1).stream("t");
        for _ in 0..1000 {
            assert_eq!(Spread::Fixed(ms(5)).draw(&mut random), ms(5));
            assert!((ms(5)..=ms(9)).contains(&Spread::Uniform(ms(5), ms(9)).draw(&mut random)));
        }
        assert_eq!(Spread::from((ms(5), ms(5))), Spread::Fixed(ms(5)));
    }

    #[test]
    fn a_long_tail_is_short_three_times_of_four_and_never_longer_than_its_end() {
        let (mut random, tail) = (Seed(1).stream("t"), Spread::LongTail { low: ms(10), high: ms(10), max: ms(1000) });
        let times: Vec<_> = (0..10_000).map(|_| tail.draw(&mut random)).collect();
        let share = |from: SimDuration| times.iter().filter(|time| **time >= from).count();
        assert!((2300..2700).contains(&share(ms(20))), "{}", share(ms(20)));
        assert!((500..750).contains(&share(ms(40))), "{}", share(ms(40)));
        assert!(times.iter().all(|time| (ms(10)..=ms(1000)).contains(time)));
    }
}
