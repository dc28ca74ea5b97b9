//! `kinesim watch`: the terminal and the clock of a watched run. What there is to see is [`crate::watch`]'s.

use std::path::PathBuf;

use clap::Args;

use super::terminal::bug;
use crate::base::{Bug, Seeds};

#[derive(Args)]
pub(super) struct Arguments {
    /// The scenario file; `-` is not one, because keys come from standard input.
    file: PathBuf,
    /// Seed of the run, instead of the file's; `7@3m12s:41` goes on with seed 41 at 3m12s.
    #[arg(long, value_name = "N")]
    seed: Option<Seeds>,
    /// Let the seed draw the scenario too: faults, and what its `[explore]` allows.
    #[arg(long)]
    swarm: bool,
    /// Plant this bug, as the key `bug` of a file does, to see whether it is found.
    #[arg(long, value_name = "BUG", value_parser = bug)]
    bug: Option<Bug>,
}

#[cfg(not(feature = "watch"))]
pub(super) fn watch(arguments: &Arguments) -> std::io::Result<super::terminal::Exit> {
    use std::io::Write;
    let Arguments { file, .. } = arguments;
    writeln!(
        anstream::stderr(),
        "kinesim: this build has no `watch`: build with `--features watch`, or use `kinesim run {}`",
        file.display()
    )?;
    Ok(super::terminal::Exit::Wrong)
}

#[cfg(feature = "watch")]
pub(super) use self::on_terminal::watch;

#[cfg(feature = "watch")]
mod on_terminal {
    use std::io::{self, IsTerminal, Write};
    use std::time::Duration;

    use ratatui::DefaultTerminal;
    use ratatui::crossterm::event::{self, Event};

    use super::Arguments;
    use crate::cli::interrupt::Interrupt;
    use crate::cli::run::{Stopwatch, exit_of};
    use crate::cli::terminal::{Exit, STDIN, load, print_diagnostics, takes_colour, wants_code};
    use crate::client::Transport;
    use crate::report::{count, shell_word, text};
    use crate::scenario::Which;
    use crate::watch::{Player, draw, press};

    /// How long a picture stands while the run goes on.
    const PICTURE: Duration = Duration::from_millis(40);
    /// How long to wait for a key while it stands still.
    const STILL: Duration = Duration::from_millis(500);

    pub(in crate::cli) fn watch(arguments: &Arguments) -> io::Result<Exit> {
        let file = shell_word(&arguments.file.to_string_lossy());
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() || arguments.file.to_str() == Some(STDIN) {
            let mut err = anstream::stderr().lock();
            writeln!(err, "kinesim: `watch` draws on a terminal and takes its keys from there. Elsewhere use")?;
            writeln!(err, "  `kinesim run {file}` for the report,")?;
            writeln!(err, "  `kinesim run {file} --out DIR` for its page, plots and events, and")?;
            writeln!(err, "  `kinesim events DIR --around 4m10s` to read what happened then.")?;
            return Ok(Exit::Wrong);
        }
        let which =
            Which { seeds: arguments.seed.clone(), is_swarm: arguments.swarm, bug: arguments.bug, ..Which::default() };
        let scenario = match load(&arguments.file, &which)? {
            Ok(scenario) => scenario,
            Err(diagnostics) => {
                print_diagnostics(&diagnostics)?;
                return Ok(Exit::Wrong);
            }
        };
        if wants_code(&arguments.file, &scenario)? {
            return Ok(Exit::Wrong);
        }
        let plan = scenario.plan();
        if plan.transport != Transport::Messages {
            let mut err = anstream::stderr().lock();
            writeln!(err, "kinesim: a run over HTTP has no single steps: take `network = \"http\"` out of")?;
            writeln!(err, "{file} to watch it by messages, or use `kinesim run {file}`")?;
            return Ok(Exit::Wrong);
        }
        let mut player = Player::new(plan, takes_colour(&io::stdout()));
        let interrupt = Interrupt::listen();
        // Restores the terminal on a panic too, before the panic is told.
        let mut terminal = ratatui::try_init()?;
        let watched = show(&mut terminal, &mut player, &interrupt);
        ratatui::try_restore()?;
        watched?;
        tell(&player, &file)
    }

    /// Draws, listens to keys and lets the run go on, by turns.
    fn show(terminal: &mut DefaultTerminal, player: &mut Player, interrupt: &Interrupt) -> io::Result<()> {
        let mut clock = Stopwatch::start();
        let mut wait = Duration::ZERO;
        while !player.is_done() && !interrupt.is_asked() {
            let was_still = player.is_still();
            while event::poll(wait)? {
                if let Event::Key(key) = event::read()? {
                    press(player, key);
                }
                wait = Duration::ZERO;
            }
            let elapsed = std::mem::replace(&mut clock, Stopwatch::start()).elapsed();
            player.pass(if was_still { Duration::ZERO } else { elapsed });
            while player.work() && clock.elapsed() < PICTURE {}
            terminal.draw(|frame| draw(frame, player))?;
            wait = if player.is_still() { STILL } else { PICTURE.saturating_sub(clock.elapsed()) };
        }
        Ok(())
    }

    /// Says how far it was watched, or what it came to.
    fn tell(player: &Player, file: &str) -> io::Result<Exit> {
        let mut out = anstream::stdout().lock();
        if let Some(report) = player.report() {
            writeln!(out, "{}", text::quiet_line(report))?;
            return Ok(exit_of(report));
        }
        let (at, events) = player.place();
        writeln!(out, "watched up to {at}, {} events; `kinesim run {file}` reports the whole run", count(events))?;
        Ok(Exit::Unknown)
    }
}
